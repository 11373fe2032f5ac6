"""The bytes of a body that a HAR entry holds: text or base64, whole, as the fields of a form, or left out.

HAR states content without its encoding and yet keeps the header that names it; some writers state it encoded all the
same. The bytes decide: an encoding that they do not have is taken from the headers. So do they where base64 is not said
to be any, and a recorder that keeps JSON as what it says, not as a text, is read too.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from llmtap.capture.exchange import Body, Headers, header
from llmtap.decode.body.encoding import undo

_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)', re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]*={0,2}")
_SPELLED = ("AAA", "H4sI")
"""How the base64 of a frame shorter than 16 KB and of a gzip stream begins."""
_GZIP = zlib.MAX_WBITS | 16
_PRELUDE = 8
"""How many bytes of a frame its first checksum covers (application/vnd.amazon.eventstream)."""


class Param(msgspec.Struct):
    """A field of a form (HAR `params`)."""

    name: str = ""
    value: str | None = None
    file_name: str | None = msgspec.field(default=None, name="fileName")
    content_type: str | None = msgspec.field(default=None, name="contentType")


class Content(msgspec.Struct):
    """A body as HAR states it: `postData` of a request, or `content` of a response; `size` in bytes, -1 is unknown."""

    text: str | dict[str, object] | list[object] | None = None
    encoding: str | None = None
    other_encoding: str | None = msgspec.field(default=None, name="_encoding")
    mime_type: str | None = msgspec.field(default=None, name="mimeType")
    params: list[Param] = []
    size: int | None = None

    @property
    def data(self) -> bytes:
        """The bytes that are stated, b"" when none are."""
        text = self.text or ""
        if not isinstance(text, str):
            return msgspec.json.encode(text)
        if (self.encoding or self.other_encoding or "").lower() == "base64":
            return from_base64(text)
        if text.startswith(_SPELLED) and _is_packed(unsaid := from_base64(text)):
            return unsaid
        return from_text(text) if text or not self.params else _form(self.params, self.mime_type or "")


def body(content: Content | None, headers: Headers) -> tuple[Body, Headers]:
    """Return a body without instants, and the headers without an encoding that its bytes do not have.

    A body that was left out, but whose size is stated, is one of which all is missing.
    """
    data = content.data if content else b""
    if not data and content and content.size and content.size > 0:
        return Body((), content.size, content.size, 0), headers
    whole = Body.whole(data)
    if data and header(headers, "content-encoding") and "encoding" in undo(whole, headers).problems:
        headers = tuple(field for field in headers if field[0].lower() != b"content-encoding")
    return whole, headers


def from_base64(text: str) -> bytes:
    """Return what base64 spells, of either alphabet, padded or not; the text itself when it is none."""
    packed = b"".join(text.encode("utf-8", "replace").split())
    if not _BASE64.fullmatch(packed):
        return from_text(text)
    packed = packed.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return from_text(text)


def _is_packed(data: bytes) -> bool:
    """Return whether bytes begin a gzip stream, or a frame whose first checksum is right."""
    if zlib.crc32(data[:_PRELUDE]) == int.from_bytes(data[_PRELUDE : _PRELUDE + 4]):
        return True
    try:
        zlib.decompressobj(_GZIP).decompress(data, 1)
    except zlib.error:
        return False
    return True


def from_text(text: str) -> bytes:
    """Return the bytes of a text; one with control characters and none beyond U+00FF stands for bytes, one by one."""
    if _CONTROL.search(text):
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            pass
    return text.encode("utf-8", "replace")


def _form(params: Sequence[Param], mime_type: str) -> bytes:
    """Return the fields of a form as the client sent them, as far as HAR tells: a file's contents are left out."""
    if not mime_type.lower().startswith("multipart/"):
        return urlencode([(param.name, param.value or "") for param in params]).encode()
    boundary = (found[1] if (found := _BOUNDARY.search(mime_type)) else "boundary").encode("utf-8", "replace")
    parts: list[bytes] = []
    for param in params:
        disposition = f'Content-Disposition: form-data; name="{param.name}"'
        if param.file_name is not None:
            disposition += f'; filename="{param.file_name}"'
        if param.content_type:
            disposition += f"\r\nContent-Type: {param.content_type}"
        head = disposition.encode("utf-8", "replace")
        parts += (b"--", boundary, b"\r\n", head, b"\r\n\r\n", from_text(param.value or ""), b"\r\n")
    return b"".join((*parts, b"--", boundary, b"--\r\n"))
