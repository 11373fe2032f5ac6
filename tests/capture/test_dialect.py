"""The table of the dialects: each is also a wire format, and all else is silent."""

from llmtap.capture.dialect import DIALECTS, SILENT, transcript_server
from llmtap.capture.mark import OTHER, Mark
from llmtap.decode.formats import FORMATS


def test_each_dialect_is_a_wire_format() -> None:
    """What a session is cut into is read by the module of its name."""
    assert set(DIALECTS) <= set(FORMATS)


def test_a_guess_is_not_kept() -> None:
    """What is heard is said again when it is sure; all else belongs to the answer."""
    assert transcript_server(b'{"type":"Results","is_final": false}') == OTHER
    assert transcript_server(b'{"type":"Results","is_final":true}') == Mark("event")
    assert transcript_server(b'{"type":"Metadata","duration":1.0}') == Mark("event")
    assert transcript_server(b'{"type":"Turn","end_of_turn":false}') == OTHER
    assert transcript_server(b"\x00\x01sound\n") == OTHER


def test_silence_means_nothing() -> None:
    """A session in an unknown dialect is one call."""
    assert (SILENT.client(b"{}"), SILENT.server(b"{}")) == (OTHER, OTHER)
