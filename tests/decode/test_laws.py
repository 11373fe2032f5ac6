"""The laws of decoding, over every wire format of the table and every story told of it: a new one is held at once."""

import dataclasses
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmtap.capture.exchange import Body, Chunk
from llmtap.decode.answer import Answer
from llmtap.decode.decoder import decode
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import Inference
from tests.decode.formats.laws import calm, odd_bodies, odd_messages
from tests.decode.growth import cost, growing
from tests.decode.speech import event_names, members, openings
from tests.decode.wounds import events, shuffled, wounded
from tests.exchanges.story import stories

EVERY = pytest.mark.parametrize("wire_format", FORMATS)
_FAILED = 400
_PROBLEM = re.compile(r"(?:request|response)\.(?!unreadable$)[a-z_]+")
"""How a problem is named; `unreadable` is a fault of ours, which the decoder stood in for."""


def cut(data: bytes, places: list[int]) -> tuple[Chunk, ...]:
    """A body in pieces that arrived a second apart, some of them empty."""
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return tuple((float(number), data[edges[number] : edges[number + 1]]) for number in range(len(edges) - 1))


def untimed(inference: Inference) -> Inference:
    """An inference without the instants of its content, but with their number."""
    return dataclasses.replace(inference, content_times=(0.0,) * len(inference.content_times))


@EVERY
def test_a_story_is_told(wire_format: str) -> None:
    """Each wire format has an answer and a failure to be held to."""
    assert [story for story in stories(wire_format) if story.facts.status < _FAILED]


@EVERY
@settings(max_examples=25)
@given(data=st.data())
def test_split_anywhere(wire_format: str, data: st.DataObject) -> None:
    """Law: however the bytes of both bodies were cut, the inference is equal, but for its instants."""
    story = data.draw(st.sampled_from(stories(wire_format)))
    places = st.lists(st.integers(0, 1 << 20), max_size=8)
    whole = story.exchange([(1.0, story.response_body)])
    asked = cut(story.request_body, data.draw(places))
    request = dataclasses.replace(whole.request, body=Body(asked, len(story.request_body)))
    split = story.exchange(cut(story.response_body, data.draw(places)))
    assert untimed(decode(dataclasses.replace(split, request=request))) == untimed(decode(whole))


@EVERY
def test_streamed_and_unstreamed(wire_format: str) -> None:
    """Law: where a format has both, a story is told both ways, and gives equal usage, finish reasons and words."""
    told = [story for story in stories(wire_format) if story.facts.status < _FAILED]
    pairs = [(story, story.sibling) for story in told if story.sibling and story.streamed != story.sibling.streamed]
    assert pairs or len({story.streamed for story in told}) == 1
    for story, sibling in pairs:
        one, other = decode(story.exchange()).response, decode(sibling.exchange()).response
        assert (one.usage, one.reported_cost) == (other.usage, other.reported_cost)
        assert (one.finish_reasons, one.messages) == (other.finish_reasons, other.messages)


@EVERY
@settings(max_examples=25)
@given(data=st.data())
def test_whatever_the_bytes(wire_format: str, data: st.DataObject) -> None:
    """Law: bytes of any kind, and JSON of any shape in the words of a format, are read, or refused as promised."""
    told = stories(wire_format)
    odd = odd_messages() if any(story.remote for story in told) else odd_bodies(members(told))
    calm(FORMATS[wire_format], data.draw(odd), data.draw(st.sampled_from(event_names(told))))


@EVERY
def test_depth_harms_nothing(wire_format: str) -> None:
    """Law: JSON nested however deep, in the place of any value of a story, is read, or refused as promised."""
    for before, after in openings(stories(wire_format)):
        for depth in (300, 100_000) if before.count(b"{") < _INNER else (300,):  # the parser gives up on the larger
            calm(FORMATS[wire_format], before + b"[" * depth + b"]" * depth + after)


@EVERY
@settings(max_examples=60)
@given(data=st.data())
def test_a_wounded_body_is_calm(wire_format: str, data: st.DataObject) -> None:
    """Law: whatever stands where a value stood, nothing raises, problems have names, and what was read can be told."""
    story = data.draw(st.sampled_from(stories(wire_format)))
    exchange = story.exchange([(1.0, data.draw(wounded(story.response_body)))])
    request = dataclasses.replace(exchange.request, body=Body.whole(data.draw(wounded(story.request_body))))
    inference = decode(dataclasses.replace(exchange, request=request))
    assert all(_PROBLEM.fullmatch(problem) for problem in inference.problems)
    assert msgspec.json.encode(inference)


@EVERY
@settings(max_examples=60)
@given(data=st.data())
def test_wounded_events_are_calm(wire_format: str, data: st.DataObject) -> None:
    """Law: events lost, doubled, out of order or with other values in them raise nothing but what is promised."""
    story = data.draw(st.sampled_from(stories(wire_format)))
    said = events(story)
    answer = Answer()
    for event in data.draw(shuffled(said)) if said else ():
        hurt = event._replace(data=data.draw(wounded(event.data))) if data.draw(st.booleans()) else event
        try:
            FORMATS[wire_format].merge(answer, hurt)
        except msgspec.MsgspecError:
            continue
    assert msgspec.json.encode(answer.response(streamed=True))


@EVERY
@settings(max_examples=20)
@given(data=st.data())
def test_a_ruin_is_told(wire_format: str, data: st.DataObject) -> None:
    """Law: an answer of one JSON object that is cut off anywhere is a problem with a name."""
    whole = [story for story in stories(wire_format) if story.response_body.startswith(b"{") and not events(story)]
    if not whole:
        return
    story = data.draw(st.sampled_from(whole))
    body = story.response_body.rstrip()
    end = data.draw(st.integers(1, len(body) - 1))
    ruined = decode(story.exchange([(1.0, body[:end])]))
    assert set(ruined.problems) & {"response.truncated_json", "response.not_json"}


@EVERY
def test_linear(wire_format: str) -> None:
    """Law: what is sixteen times as long costs about sixteen times as much, and nowhere near its square."""
    slow = []
    for name, grow in growing(FORMATS[wire_format], stories(wire_format)):
        few, many = cost(grow(_FEW), 3), cost(grow(_FEW * _TIMES), 1)
        if many > few * _TIMES * 4:  # or the machine was busy with something else
            few, many = cost(grow(_FEW), 9), cost(grow(_FEW * _TIMES), 3)
        if many > few * _TIMES * 4:  # or little fits into a cache that much does not
            many, more = cost(grow(_FEW * _TIMES), 3), cost(grow(_FEW * _TIMES * 4), 3)
            if more < many * 4 * 2:
                continue
            slow.append(f"{name}: {few * 1e3:.1f} ms and {many * 1e3:.1f} ms")
    assert not slow


_FEW, _TIMES = 200, 16
_INNER = 2
