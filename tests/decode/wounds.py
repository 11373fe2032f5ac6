"""What happens to the bodies of a story to see whether reading stays calm: odd values, bytes lost or doubled."""

import json
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from llmtap.decode.body.events import Event, json_array, json_lines, server_sent_events
from llmtap.decode.body.eventstream import event_stream
from llmtap.decode.body.framing import framing
from tests.exchanges.story import Story

type Path = tuple[str | int, ...]
"""Where a value stands in JSON."""

CUTS = {"events": server_sent_events, "lines": json_lines, "array": json_array, "frames": event_stream}
_PLACE = "\x1aplace"
_FRAGMENTS = (
    *(b"null", b"true", b"0", b"-1", b"1.5", b"1e400", b"NaN", b"-Infinity", b"1" * 400, b"9223372036854775808"),
    *(b'"x"', b'""', b'"12"', b'"\\ud800"', b'"\xff"', b"[]", b"[[]]", b"{}", b"[null]", b"[{}]", b'["x"]', b"[1]"),
    *(b'{"a":{}}', b'{"a":1,"a":[]}', b'[{"type":"text"},{"type":1},5]', b"nope", b"", b'"'),
    *(b"[" * 600 + b"]" * 600, b'{"text":' * 600 + b"1" + b"}" * 600),
)
"""A value of every kind, sane or not, and what is none."""


def events(story: Story) -> list[Event]:
    """Return the events of a story's answer; none of an unstreamed one."""
    response = story.exchange().response
    cut = CUTS.get(framing(story.response_body, response.headers if response else ()))
    return list(cut(response.body)) if cut and response else []


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield where each value within a JSON value stands, itself first."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths(member, (*path, key))


def placed(value: object, path: Path, new: object) -> object:
    """Return a JSON value with `new` at a place in it."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: placed(member, rest, new) if key == first else member for key, member in value.items()}
    assert isinstance(value, list)
    return [placed(member, rest, new) if number == first else member for number, member in enumerate(value)]


@st.composite
def wounded(draw: st.DrawFn, data: bytes) -> bytes:
    """A body with a value of another kind at some of its places, or else with bytes lost, doubled or made up."""
    try:
        value: object = json.loads(data)
    except ValueError:
        value = None
    if value is None or draw(st.integers(0, 3)) == 0:
        return draw(_torn(data))
    fragments = []
    for _ in range(draw(st.integers(1, 3))):
        value = placed(value, draw(st.sampled_from(list(paths(value)))), _PLACE)
        fragments.append(draw(st.sampled_from(_FRAGMENTS)))
    text = json.dumps(value).encode()
    for fragment in fragments:
        text = text.replace(json.dumps(_PLACE).encode(), fragment, 1)
    return text


def _torn(data: bytes) -> SearchStrategy[bytes]:
    """A body of which bytes are lost, doubled or made up."""
    place = st.integers(0, len(data))
    return st.tuples(place, place, st.binary(max_size=4)).map(lambda cut: data[: cut[0]] + cut[2] + data[cut[1] :])


def shuffled[T](items: Sequence[T]) -> SearchStrategy[list[T]]:
    """Some of the items, in any order, some of them twice."""
    return st.lists(st.sampled_from(items), max_size=len(items) + 3)
