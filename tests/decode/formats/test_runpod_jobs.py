"""RunPod: a job whose output grows."""

from hypothesis import given, settings

from llmtap.decode.formats import runpod_jobs
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import calm, deep, odd_bodies, whole

WORDS = """id status output choices tokens usage input output object chat.completion message content error COMPLETED
    prompt messages sampling_params openai_input max_tokens stop"""


def test_the_last_growth_counts() -> None:
    """Each states what was used until then."""
    output = [{"choices": [{"tokens": ["a"]}], "usage": {"input": 3, "output": count}} for count in (1, 2)]
    said = whole(runpod_jobs, {"id": "j", "status": "COMPLETED", "output": output})
    assert (said.usage, said.messages[0].parts[0].text) == (Usage(3, 2), "aa")


def test_other_outputs_are_passed_over() -> None:
    """They are another worker's matter."""
    for output in (3, None, {"image": "AAAA"}, [[1]]):
        said = whole(runpod_jobs, {"id": "j", "status": "COMPLETED", "output": output})
        assert (said.usage, said.messages, said.error, said.finish_reasons) == (None, (), None, ("COMPLETED",))


@settings(max_examples=100, deadline=None)
@given(odd_bodies(WORDS))
def test_whatever_the_bytes(data: bytes) -> None:
    """They are read, or refused as promised."""
    calm(runpod_jobs, data)


def test_depth_harms_nothing() -> None:
    """What is nested is read or refused."""
    deep(runpod_jobs, b'{"output":', b'{"output":[', b'{"input":')
