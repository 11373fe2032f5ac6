"""Without a word from the operator, capture changes nothing and opens nobody who is not known."""

from llmtap.capture.settings import CaptureSettings


def test_the_defaults_change_nothing() -> None:
    """Nobody is named and nobody ignored, 16 MiB of a body are held, and requests pass as they are."""
    silent = CaptureSettings()
    assert silent == CaptureSettings(hosts=(), ignore_hosts=(), max_body_bytes=16_777_216, include_usage="leave")
