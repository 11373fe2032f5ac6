"""Baidu's Wenxin Workshop: results in pieces, usage that grows, errors with status 200."""

from llmtap.decode.formats import baidu_wenxin
from llmtap.decode.inference import ProviderError, Usage
from tests.decode.formats.laws import fold, whole


def test_usage_is_cumulative() -> None:
    """The last one stated is the whole."""
    events = [{"result": "a", "usage": {"prompt_tokens": 5, "completion_tokens": number}} for number in (1, 2)]
    assert Usage(5, 2) == fold(baidu_wenxin, events).usage


def test_an_error_with_status_200() -> None:
    """Its number is its code."""
    assert (
        ProviderError(code="17", message="limit") == whole(baidu_wenxin, {"error_code": 17, "error_msg": "limit"}).error
    )


def test_vectors_are_no_error() -> None:
    """An embedding has data in place of a result."""
    said = whole(baidu_wenxin, {"data": [{"embedding": [0.1]}], "usage": {"prompt_tokens": 8, "total_tokens": 8}})
    assert (Usage(8), None) == (said.usage, said.error)
