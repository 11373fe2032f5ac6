"""RunPod: a job whose output grows."""

from llmtap.decode.formats import runpod_jobs
from llmtap.decode.inference import Usage
from tests.decode.formats.laws import whole


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
