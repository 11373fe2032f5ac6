"""Aleph Alpha: completions and the counts beside them."""

from llmtap.decode.formats import aleph_alpha_completions
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import fold, whole


def test_several_completions() -> None:
    """Each is a choice."""
    body = {"completions": [{"completion": "a"}, {"completion": "b"}], "num_tokens_prompt_total": 9}
    said = whole(aleph_alpha_completions, body)
    assert (["a", "b"], Usage(9)) == ([one.parts[0].text for one in said.messages], said.usage)


def test_a_prompt_that_is_a_text() -> None:
    """As good as one piece."""
    assert "a" == aleph_alpha_completions.read_request(b'{"prompt":"a"}').messages[0].parts[0].text


def test_the_summary_ends_a_stream() -> None:
    """It has the counts and no index."""
    events = [{"type": "stream_chunk", "index": 1, "completion": "b"}, {"type": "completion_summary"}]
    said = fold(aleph_alpha_completions, events)
    assert (True, "b") == (said.completed, said.messages[0].parts[0].text)
