"""Distrust: two refusals in a row, of one client and one host."""

from llmtap.capture.distrust import Distrust


def test_two_refusals_in_a_row() -> None:
    """One refusal is not enough; the second is, for that client and that host alone."""
    distrust = Distrust()

    assert distrust.refused("10.0.0.1", "api.openai.com") == 1
    assert not distrust.certain("10.0.0.1", "api.openai.com")
    assert distrust.refused("10.0.0.1", "api.openai.com") == 2
    assert distrust.certain("10.0.0.1", "api.openai.com")
    assert not distrust.certain("10.0.0.1", "api.anthropic.com")
    assert not distrust.certain("10.0.0.2", "api.openai.com")


def test_a_success_in_between() -> None:
    """A program at the same address that trusts us is not made blind by one that does not."""
    distrust = Distrust()

    for _ in range(3):
        distrust.refused("10.0.0.1", "api.openai.com")
        distrust.accepted("10.0.0.1", "api.openai.com")

    assert not distrust.certain("10.0.0.1", "api.openai.com")
