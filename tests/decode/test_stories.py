"""Every story that is told of a wire format gives its facts, however its bytes are cut."""

import dataclasses

import pytest

from llmtap.decode.decoder import decode
from llmtap.decode.formats import FORMATS
from llmtap.decode.inference import Inference
from tests.exchanges.story import Story, stories, told

STORIES = [story for wire_format in FORMATS for story in stories(wire_format)]
STREAMS = [story for story in STORIES if story.streamed]


@pytest.mark.parametrize("story", STORIES, ids=repr)
def test_every_story_gives_its_facts(story: Story) -> None:
    """What inference.json says, field by field, and nothing else."""
    inference, facts = decode(story.exchange()), story.facts
    assert told(inference.request) == facts.request
    assert told(inference.response) == facts.response
    assert list(inference.problems) == facts.problems
    assert facts.operation in (None, inference.operation)
    assert facts.contents in (None, len(inference.content_times))
    assert facts.events in (None, inference.events)


@pytest.mark.parametrize("size", [1, 13])
@pytest.mark.parametrize("story", STORIES, ids=repr)
def test_the_cut_does_not_matter(story: Story, size: int) -> None:
    """Law: however the bytes of a response are cut, only the instants differ."""
    data = story.response_body
    cut = [(1.0, data[start : start + size]) for start in range(0, len(data), size)]
    assert untimed(decode(story.exchange(cut))) == untimed(decode(story.exchange([(1.0, data)])))


@pytest.mark.parametrize("story", STREAMS, ids=repr)
def test_a_stream_cut_anywhere_is_calm(story: Story) -> None:
    """A stream that broke off gives what came before, and never more."""
    whole = decode(story.exchange())
    for end in range(0, len(story.response_body), 37):
        part = decode(story.exchange([(1.0, story.response_body[:end])]))
        assert (part.events or 0) <= (whole.events or 0)
        assert len(part.content_times) <= len(whole.content_times)


def untimed(inference: Inference) -> Inference:
    """An inference without the instants of its content, but with their number."""
    return dataclasses.replace(inference, content_times=(0.0,) * len(inference.content_times))
