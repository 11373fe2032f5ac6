"""The words of a wire format, as its stories speak it: members, events, and the places where a value may stand."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from tests.decode.wounds import events, paths
from tests.exchanges.story import Story

LONGEST_WORD = 24
"""Characters of a string that is taken for a word of the format, such as a type or a role."""


@cache
def _values(story: Story) -> tuple[object, ...]:
    """Return the JSON values of a story: its request, its answer, or the events of that."""
    found = []
    for data in (story.request_body, story.response_body, *(event.data for event in events(story))):
        try:
            found.append(json.loads(data))
        except ValueError:
            continue
    return tuple(found)


def members(stories: Iterable[Story]) -> Sequence[str]:
    """Return the names of all members, and the short strings, in order."""
    words: set[str] = set()
    left = [value for story in stories for value in _values(story)]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            words.update(value)
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
        elif isinstance(value, str) and len(value) <= LONGEST_WORD:
            words.add(value)
    return sorted(words) or ["x"]


def event_names(stories: Iterable[Story]) -> Sequence[str | None]:
    """Return the names that events have, and that some have none."""
    return [None, *sorted({event.name for story in stories for event in events(story) if event.name})]


def openings(stories: Iterable[Story]) -> Iterator[tuple[bytes, bytes]]:
    """Yield what stands before and behind each place of a value, all other members left out."""
    told = {
        tuple(key if isinstance(key, str) else 0 for key in path)
        for one in stories
        for value in _values(one)
        for path in paths(value)
    }
    for path in sorted(told | {()}, key=str):
        steps = [b"[" if key == 0 else b"{" + json.dumps(key).encode() + b":" for key in path]
        yield b"".join(steps), b"".join(b"]" if step == b"[" else b"}" for step in reversed(steps))
