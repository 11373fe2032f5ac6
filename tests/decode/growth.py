"""Bodies that are n times as long as those of a story, in each way in which a format might be slow at length."""

import gc
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import WireFormat
from tests.decode.wounds import Path, events, paths, placed
from tests.exchanges.story import Story

type Read = Callable[[], object]
"""The reading of a body that is made already, so that nothing else is measured."""

_IDS = frozenset({"id", "call_id", "item_id", "tool_use_id", "toolUseId", "name"})
_WORDS_APART = frozenset({"type", "role", "object", "event_type"})


def growing(wire_format: WireFormat, told: Sequence[Story]) -> Iterator[tuple[str, Callable[[int], Read]]]:
    """Yield ways to grow the stories of a format, by name: n in, the reading of n times as much out."""
    said = [event for story in told for event in events(story)]
    if said:
        yield "events that repeat", lambda n: _folding(wire_format, (said * n)[:n])
        yield "events of n choices, items and calls", lambda n: _folding(wire_format, _apart(said, n))
        yield "long words, then all events", lambda n: _folding(wire_format, [*_long(said, n), *(said * n)[:n]])
    for last in {_shape(event): event for event in said}.values():
        yield "long words, then one event", partial(_ending, wire_format, said, last)
    tried: set[str] = set()
    for story in told:
        whole = () if events(story) else _grown("response", story.response_body)
        for reads, ways in ((_answering, whole), (_asking, _grown("request", story.request_body))):
            for name, grow in ways:
                if name not in tried:
                    yield name, partial(_reading, reads, wire_format, grow)
                tried.add(name)


def cost(read: Read, tries: int) -> float:
    """Return the seconds of CPU that reading takes, of so many tries the least.

    The collector rests meanwhile: what it costs depends on all that the tests before have left.
    """
    spent = []
    collected = gc.isenabled()
    gc.disable()
    try:
        for _ in range(tries):
            start = time.process_time()
            read()
            spent.append(time.process_time() - start)
    finally:
        if collected:
            gc.enable()
    return min(spent)


def _grown(side: str, data: bytes) -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Yield ways to grow JSON: each list, the strings, the members of the outermost object."""
    try:
        value = json.loads(data)
    except ValueError:
        return
    for path in paths(value):
        inner = value
        for key in path:
            inner = inner[key]
        if isinstance(inner, list) and inner:
            where = [key for key in path if isinstance(key, str)]
            yield f"{side} with n items at {where}", partial(_multiplied, value, path, inner)
    yield f"{side} with long words", lambda n: json.dumps(_lengthened(value, n * 20)).encode()
    if isinstance(value, dict):
        yield (
            " with n members",
            lambda n: json.dumps({**{f"x{number}": value for number in range(n)}, **value}).encode(),
        )


def _multiplied(value: object, path: Path, items: list[object], n: int) -> bytes:
    return json.dumps(placed(value, path, _bumped(items, n))).encode()


def _ending(wire_format: WireFormat, said: list[Event], last: Event, n: int) -> Read:
    return _folding(wire_format, [*_long(said, n), *[last] * n])


def _reading(
    reads: Callable[[WireFormat, bytes], Read], wire_format: WireFormat, grow: Callable[[int], bytes], n: int
) -> Read:
    return reads(wire_format, grow(n))


def _shape(event: Event) -> str:
    try:
        return repr((event.name, *paths(json.loads(event.data))))
    except ValueError:
        return repr(event)


def _bumped(items: list[object], n: int) -> list[object]:
    return [_told_apart(item, number) for number in range(n) for item in items]


def _apart(said: list[Event], n: int) -> list[Event]:
    """Return n events, of which each round speaks of other choices, items and calls than the one before."""
    rounds = range(n // len(said))
    return [event._replace(data=_mapped(event.data, _told_apart, number)) for number in rounds for event in said]


def _long(said: list[Event], n: int) -> list[Event]:
    return [event._replace(data=_mapped(event.data, _lengthened, n * 4)) for event in said[:-1] or said]


def _mapped(data: bytes, change: Callable[[object, int], object], number: int) -> bytes:
    try:
        return json.dumps(change(json.loads(data), number)).encode()
    except ValueError:
        return data


def _told_apart(value: object, number: int) -> object:
    """Return JSON with other numbers and ids."""
    if isinstance(value, dict):
        return {
            key: f"{member}{number}" if key in _IDS and isinstance(member, str) else _told_apart(member, number)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_told_apart(member, number) for member in value]
    return value + number if isinstance(value, int) and not isinstance(value, bool) else value


def _lengthened(value: object, size: int) -> object:
    """Return JSON whose words are longer, but for those that say what it is."""
    if isinstance(value, dict):
        return {key: member if key in _WORDS_APART else _lengthened(member, size) for key, member in value.items()}
    if isinstance(value, list):
        return [_lengthened(member, size) for member in value]
    return value + "x" * size if isinstance(value, str) else value


def _folding(wire_format: WireFormat, said: list[Event]) -> Read:
    def fold() -> object:
        answer = Answer()
        for event in said:
            _calmly(wire_format.merge, answer, event)
        return answer.response(streamed=True)

    return fold


def _answering(wire_format: WireFormat, data: bytes) -> Read:
    return lambda: _calmly(wire_format.read_response, Answer(), data)


def _asking(wire_format: WireFormat, data: bytes) -> Read:
    return lambda: _calmly(wire_format.read_request, data)


def _calmly[**P](read: Callable[P, object], *arguments: P.args, **named: P.kwargs) -> None:
    try:
        read(*arguments, **named)
    except msgspec.MsgspecError:
        return
