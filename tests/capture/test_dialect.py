"""The table of the dialects: each is also a wire format, and all else is silent."""

from llmtap.capture.dialect import DIALECTS, SILENT
from llmtap.capture.mark import OTHER
from llmtap.decode.formats import FORMATS


def test_each_dialect_is_a_wire_format() -> None:
    """What a session is cut into is read by the module of its name."""
    assert set(DIALECTS) <= set(FORMATS)


def test_silence_means_nothing() -> None:
    """A session in an unknown dialect is one call."""
    assert (SILENT.client(b"{}"), SILENT.server(b"{}")) == (OTHER, OTHER)
