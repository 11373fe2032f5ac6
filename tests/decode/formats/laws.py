"""What every wire format owes, as functions that a twin calls: it reads whatever bytes, or raises what it promises."""

import json
from collections.abc import Callable, Iterable, Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import WireFormat
from llmtap.decode.inference import InferenceResponse
from tests.exchanges.rpc import message


def odd_bodies(words: str | Sequence[str]) -> SearchStrategy[bytes]:
    """Bytes of any kind, and JSON of any shape whose members and strings are among `words`."""
    names = words.split() if isinstance(words, str) else words
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(names) | st.text(max_size=6)
    shapes = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(names), inner, max_size=8),
        max_leaves=30,
    )
    return st.binary(max_size=64) | shapes.map(lambda value: json.dumps(value).encode())


def odd_messages() -> SearchStrategy[bytes]:
    """Bytes of any kind, and protobuf of any shape under the numbers that are in use, whole or cut short."""
    numbers = st.integers(1, 36).map(str)
    leaves = st.integers(-(2**63), 2**64 - 1) | st.floats(width=32) | st.text(max_size=6) | st.binary(max_size=6)
    shapes = st.recursive(
        st.dictionaries(numbers, leaves, max_size=6),
        lambda inner: st.dictionaries(numbers, inner | st.lists(inner, max_size=3) | leaves, max_size=6),
    )
    return st.binary(max_size=64) | st.tuples(shapes, st.none() | st.integers(0, 40)).map(
        lambda drawn: message(drawn[0])[: drawn[1]]
    )


def calm(wire_format: WireFormat, data: bytes, name: str | None = None) -> None:
    """Nothing but a msgspec error is raised, by any of the three functions."""
    attempts: tuple[Callable[[], object], ...] = (
        lambda: wire_format.merge(Answer(), Event(data, name)),
        lambda: wire_format.read_response(Answer(), data),
        lambda: wire_format.read_request(data),
    )
    for attempt in attempts:
        try:
            attempt()
        except msgspec.MsgspecError:
            continue


def fold(wire_format: WireFormat, bodies: Iterable[object], name: str | None = None) -> InferenceResponse:
    """The answer that a stream of JSON values adds up to."""
    answer = Answer()
    for body in bodies:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        wire_format.merge(answer, Event(data, name))
    return answer.response(streamed=True)


def whole(wire_format: WireFormat, body: object) -> InferenceResponse:
    """An unstreamed answer."""
    answer = Answer()
    wire_format.read_response(answer, json.dumps(body).encode())
    return answer.response(streamed=False)
