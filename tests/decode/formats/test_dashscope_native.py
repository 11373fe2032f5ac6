"""DashScope's own API: events that repeat the words so far, and events that do not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event
from llmtap.decode.formats import dashscope_native
from llmtap.decode.inference import InferenceResponse, Part, ProviderError, Usage
from tests.decode.formats.laws import fold, whole

PIECES = st.lists(st.text(alphabet="abc", min_size=1, max_size=4), min_size=1, max_size=12)


def said(pieces: list[str]) -> InferenceResponse:
    """The answer of a stream with these words."""
    return fold(dashscope_native, [{"output": {"text": piece, "finish_reason": "null"}} for piece in pieces])


@given(PIECES)
def test_words_that_are_repeated(pieces: list[str]) -> None:
    """Law: however a text grows, the last event says it."""
    grown = ["".join(pieces[: number + 1]) for number in range(len(pieces))]
    assert grown[-1] == said(grown).messages[0].parts[0].text


@given(PIECES.filter(lambda pieces: len(pieces) > 1 and not pieces[1].startswith(pieces[0])))
def test_words_that_are_not_repeated(pieces: list[str]) -> None:
    """Law: pieces add up, when the second does not happen to begin with the first."""
    assert "".join(pieces) == said(pieces).messages[0].parts[0].text


def test_an_end_that_repeats_all_is_no_content() -> None:
    """Only an event with more words than before carries content."""
    answer = Answer()
    texts = ("Calm", "Calm sea", "Calm sea", "")
    bodies = [b'{"output":{"text":"%b"}}' % text.encode() for text in texts]
    carried = [dashscope_native.merge(answer, Event(body)) for body in bodies]
    assert [True, True, False, False] == carried


def test_the_word_null_is_no_finish_reason() -> None:
    """`"null"` says that the answer goes on."""
    assert ((), False) == (said(["a"]).finish_reasons, said(["a"]).completed)


def test_a_total_alone_is_input() -> None:
    """Vectors have a total and nothing else; beside an output a total is what it says."""
    assert Usage(26) == whole(dashscope_native, {"output": {}, "usage": {"total_tokens": 26}}).usage
    stated = {"total_tokens": 26, "output_tokens": 6}
    assert Usage(output_tokens=6) == whole(dashscope_native, {"output": {}, "usage": stated}).usage


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"characters": 14}, Usage(characters=14)),
        ({"duration": 12}, Usage(audio_seconds=Decimal(12))),
        ({"seconds": 9.5, "input_tokens": 3}, Usage(3, audio_seconds=Decimal("9.5"))),
        ({"image_count": 2, "width": 1024}, Usage(images=2)),
        ({"input_tokens": 9, "plugins": {"search": {"count": 1, "strategy": "turbo"}}}, Usage(9, web_searches=1)),
        (
            {
                "input_tokens": 90,
                "output_tokens": 8,
                "input_tokens_details": {"text_tokens": 10, "audio_tokens": 20, "video_tokens": 60},
                "output_tokens_details": {"text_tokens": 3, "audio_tokens": 5},
            },
            Usage(
                90,
                8,
                text_input_tokens=10,
                text_output_tokens=3,
                audio_input_tokens=20,
                audio_output_tokens=5,
                video_input_tokens=60,
            ),
        ),
    ],
)
def test_units_of_sound_pictures_and_searches(stated: dict[str, object], expected: Usage) -> None:
    """Each kind of model is counted in its own."""
    assert expected == whole(dashscope_native, {"output": {}, "usage": stated}).usage


def test_an_application_counts_each_model() -> None:
    """Its usage is their sum."""
    models = [{"input_tokens": 70, "output_tokens": 30}, {"input_tokens": 4, "output_tokens": 6}]
    assert Usage(74, 36) == whole(dashscope_native, {"output": {"text": "a"}, "usage": {"models": models}}).usage


def test_linear_in_the_words() -> None:
    """Ten thousand pieces that do not repeat are joined once."""
    pieces = [f"w{number} " for number in range(10_000)]
    assert "".join(pieces) == said(pieces).messages[0].parts[0].text


def test_an_order_is_told_by_its_task() -> None:
    """It is over once its status says so: with what was made, or with a fault."""
    ordered = whole(dashscope_native, {"request_id": "r", "output": {"task_id": "t", "task_status": "PENDING"}})
    assert (ordered.id, ordered.finish_reasons, ordered.error) == ("t", (), None)
    film = {"task_id": "t", "task_status": "SUCCEEDED", "video_url": "https://x/y.mp4"}
    made = whole(
        dashscope_native, {"request_id": "s", "output": film, "usage": {"video_count": 1, "video_duration": 5}}
    )
    assert (made.id, made.finish_reasons, made.usage) == ("t", ("SUCCEEDED",), Usage(video_seconds=Decimal(5)))
    assert made.messages[0].parts == (Part("media", "https"),)
    pictures = {"task_id": "t", "task_status": "SUCCEEDED", "results": [{"url": "http://x"}, {"code": "c"}]}
    assert whole(dashscope_native, {"output": pictures}).messages[0].parts == (Part("media", "http"),)
    failed = {"task_id": "t", "task_status": "FAILED", "code": "InvalidURL", "message": "no"}
    assert whole(dashscope_native, {"output": failed}).error == ProviderError(None, "InvalidURL", "no")
