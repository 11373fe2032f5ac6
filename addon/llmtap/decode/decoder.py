"""The walk through this room: an Exchange in, the Inference it meant out. Whatever the bytes, nothing raises.

What could not be read is a word in `problems`, and never costs what could: an unreadable request leaves the facts of
the response, an unreadable event leaves the other events, a body cut off leaves what stands in it.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec

from llmtap.capture.exchange import Body, Exchange, Headers, Response, header
from llmtap.decode.answer import Answer
from llmtap.decode.body.encoding import undo
from llmtap.decode.body.events import Event, json_array, json_lines, server_sent_events
from llmtap.decode.body.eventstream import carried, event_stream, preluded
from llmtap.decode.body.framing import REACH, framing, spoken
from llmtap.decode.body.lenient import read
from llmtap.decode.body.rpc import failed, messages, spoken_over, succeeded, unwrapped
from llmtap.decode.body.salvage import salvage
from llmtap.decode.errors import LONGEST_ERROR, read_error
from llmtap.decode.fault import fault
from llmtap.decode.formats import FORMATS, OPERATIONS, WireFormat
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse
from llmtap.decode.transcoding import transcoded
from llmtap.decode.usage.invocation import headed, invoked, metered
from llmtap.decode.usage.speech import voiced
from llmtap.decode.usage.terms import streaming, termed

logger = logging.getLogger(__name__)

_SWITCHED = 101
_FAILED = 400
_STREAMS = {"events": server_sent_events, "lines": json_lines, "array": json_array}
_UNKNOWN = "unknown"
_HOPELESS = 1000
"""A stream with this many unreadable events is no stream of the wire format, and is left off."""


class _AnyRequest(msgspec.Struct):
    """What the requests of nearly all wire formats have in common; ElevenLabs and Bedrock spell the model otherwise."""

    model: str | None = None
    model_id: str | None = None
    model_id_camel: str | None = msgspec.field(default=None, name="modelId")
    stream: bool | None = None


@dataclass(slots=True)
class _Reading:
    """A response as it is being read in one wire format; `events` stays None for an unstreamed one."""

    answer: Answer = field(default_factory=Answer)
    times: list[float] = field(default_factory=list)
    events: int | None = None
    problems: list[str] = field(default_factory=list)


def decode(exchange: Exchange) -> Inference:
    """Return what an exchange meant.

    The endpoint names the wire format; where it names none, or the answer holds nothing of it, the bodies tell (and the
    operation too, where the path was not certain). A model that the path names stands in for one that the body leaves
    out, and the model that a session has for one that the answer leaves out.
    """
    exchange = transcoded(exchange)
    endpoint, response, stated = exchange.endpoint, exchange.response, exchange.endpoint.operation
    asked, problems = _plain("request", exchange.request.body, exchange.request.headers)
    asked_data = _joined(asked)
    name, streamed, reading, head = endpoint.wire_format, bool(endpoint.stream), None, b""
    if response is None:
        name = name or spoken(asked_data, exchange.request.headers, b"")
        dialect, operation = invoked(name, endpoint.model, asked_data, head)
    else:
        said, more = _plain("response", response.body, response.headers)
        problems += more
        if (inner := carried(said)) is not None:
            said, response = inner, replace(response, headers=_untyped(response.headers))
        head = _head(said)
        name = name or spoken(asked_data, exchange.request.headers, head)
        dialect, operation = invoked(name, endpoint.model, asked_data, head)
        reading = _read_response(FORMATS.get(dialect or ""), response, said, head, streamed=streamed)
        other = _other(exchange, response.status, reading.answer, asked_data, head)
        if other is not None and other != name and name in FORMATS:
            name, dialect, stated = other, other, stated if endpoint.certain else None
            reading = _read_response(FORMATS[other], response, said, head, streamed=streamed)
    wire_format = FORMATS.get(dialect or "")
    request, more = _read_request(wire_format, asked, asked_data)
    stream = streaming(exchange.request.headers) if endpoint.stream is None else endpoint.stream
    if request.stream is None and stream is not None:
        request = replace(request, stream=stream)
    answer = reading.answer.response(streamed=reading.events is not None) if reading else InferenceResponse()
    if request.session_model and not answer.model:
        answer = replace(answer, model=request.session_model)
    if not request.model:
        request = replace(request, model=endpoint.model or request.session_model)
    return Inference(
        operation=stated or operation or _operation(name or "", request, read=wire_format is not None),
        wire_format=name,
        request=request,
        response=voiced(request, answer),
        content_times=tuple(reading.times) if reading else (),
        events=reading.events if reading else None,
        problems=(*problems, *more, *(reading.problems if reading else ())),
    )


def _operation(name: str, request: InferenceRequest, *, read: bool) -> str:
    """Return what a call is for, where no path says so: whoever hands in words to be spoken asks for speech."""
    return "speech" if request.characters is not None else OPERATIONS.get(name, "chat" if read else _UNKNOWN)


def _untyped(headers: Headers) -> Headers:
    return tuple(field for field in headers if field[0].lower() != b"content-type")


def _other(exchange: Exchange, status: int, answer: Answer, asked: bytes, head: bytes) -> str | None:
    """Return the wire format that an answer names itself, where in the endpoint's nothing but a name was read of it.

    An endpoint that is not certain gives way too where no words were read, or where the question is of the other one;
    not to frames, in which all of Bedrock is carried.
    """
    certain = exchange.endpoint.certain or status == _SWITCHED
    unread = not (answer.parts or answer.error or (certain and (answer.finish_reasons or answer.usage)))
    if not unread and (certain or preluded(head)):
        return None
    named = spoken(b"", (), head)
    return named if unread or named == spoken(asked, exchange.request.headers, b"") else None


def _plain(side: str, body: Body, headers: Headers) -> tuple[Body, list[str]]:
    decoded = undo(body, headers)
    if side == "request" and spoken_over(headers):
        decoded = decoded._replace(body=unwrapped(decoded.body, headers))
    return decoded.body, [f"{side}.{problem}" for problem in decoded.problems]


def _joined(body: Body) -> bytes:
    return b"".join(data for _, data in body.chunks)


def _head(body: Body) -> bytes:
    """Return the first bytes of a body: a long stream is joined once only, where it is cut into events."""
    pieces: list[bytes] = []
    size = 0
    for _, data in body.chunks[: body.gap]:
        pieces.append(data)
        size += len(data)
        if size > REACH:
            break
    return b"".join(pieces)


def _read_request(wire_format: WireFormat | None, body: Body, data: bytes) -> tuple[InferenceRequest, list[str]]:
    """Return what a request asks for, as far as it can be read, and what went wrong."""
    if not data.strip():
        return InferenceRequest(), []
    read_request = wire_format.read_request if wire_format else _read_any_request
    try:
        if body.gap is None or data.lstrip()[:1] not in (b"{", b"["):  # a form is read around the hole in its file
            return read_request(data), []
        problem = "truncated_json"
    except msgspec.MsgspecError as error:
        problem = _ruin(error)
    except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost the document
        logger.warning("llmtap: a request could not be read: %s", fault(error))
        return InferenceRequest(), ["request.unreadable"]
    problems = [f"request.{problem}"] if wire_format else []
    try:
        return read_request(salvage(data)), problems
    except Exception:  # noqa: BLE001 - as above; the problem is noted already
        return InferenceRequest(), problems


def _read_any_request(body: bytes) -> InferenceRequest:
    """Read what a request in an unknown wire format most likely says."""
    asked = read(_AnyRequest, body)
    return InferenceRequest(model=asked.model or asked.model_id or asked.model_id_camel, stream=asked.stream)


def _read_response(
    wire_format: WireFormat | None, response: Response, body: Body, head: bytes, *, streamed: bool
) -> _Reading:
    """Return a response read in a wire format; without one, only an error is read.

    A message of gRPC looks the same whether others may follow: only a path that asks for a stream (`streamed`) tells.
    """
    reading = _Reading()
    # The responses of a WebSocket session are messages, one a line (capture.session).
    kind = "lines" if response.status == _SWITCHED and head else framing(head, response.headers)
    refused = response.status >= _FAILED
    oversized = refused and sum(len(data) for _, data in body.chunks) > LONGEST_ERROR
    forgotten = body.dropped > 0 and not body.chunks  # a recording without it: nothing tells whether it was whole
    if wire_format is not None and not forgotten:
        if kind == "messages" and not streamed:
            kind, body = "json", unwrapped(body, response.headers)
        events = _events(kind, reading.answer, body, response.headers)
        if events is not None:
            _fold(reading, wire_format, events, lines=kind == "events")
        elif oversized:
            reading.problems.append("response.oversized_error")
        elif kind == "json":
            _read_whole(reading, wire_format, body)
        elif head.strip() and (not refused or "json" in (header(response.headers, "content-type") or "")):
            _read_plain(reading, wire_format, body)
    reading.answer.usage = headed(reading.answer.usage, response.headers)
    termed(reading.answer, response.headers)
    if refused:  # its type may stand in a header, which no format sees
        data = _joined(body)[:LONGEST_ERROR]
        reading.answer.error = read_error(data, response.headers, failed=True) or reading.answer.error
    reading.answer.error = failed(response) or reading.answer.error
    reading.answer.completed = reading.answer.completed or succeeded(response)
    return reading


def _events(kind: str | None, answer: Answer, body: Body, headers: Headers) -> Iterable[Event] | None:
    """Return the events of a stream, or None for an answer of another kind."""
    if kind == "frames":
        return metered(answer, event_stream(body))
    if kind == "messages":
        return messages(body, headers)
    cut = _STREAMS.get(kind or "")
    return cut(body) if cut else None


def _fold(reading: _Reading, wire_format: WireFormat, events: Iterable[Event], *, lines: bool) -> None:
    """Merge the events of a stream one by one; one that cannot be read, by its `lines` either, is passed over."""
    answer, merge, times = reading.answer, wire_format.merge, reading.times
    count, unreadable, last_unreadable = 0, 0, 0
    for event in events:
        count += 1
        try:
            carried = merge(answer, event)
        except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost other events
            if not event.data.strip():
                continue
            if not unreadable and not isinstance(error, msgspec.MsgspecError):
                logger.warning("llmtap: an event could not be read: %s", fault(error))
            carried, whole = _merge_lines(answer, wire_format, event) if lines else (False, False)
            if not whole:
                unreadable, last_unreadable = unreadable + 1, count
                if unreadable == _HOPELESS:
                    break
        if carried and event.at is not None:
            times.append(event.at)
    answer.settle()
    reading.events = count
    cut_off = 0 < unreadable < _HOPELESS and last_unreadable == count and not answer.completed
    if unreadable > cut_off:
        reading.problems.append("response.unreadable_event")
    if cut_off:
        reading.problems.append("response.truncated_event")


def _merge_lines(answer: Answer, wire_format: WireFormat, event: Event) -> tuple[bool, bool]:
    """Merge each data line as an event, as servers mean it that end events by one newline; return carried, readable."""
    lines = event.data.split(b"\n")
    if len(lines) == 1:
        return False, False
    carried = False
    for line in lines:
        try:
            carried = wire_format.merge(answer, event._replace(data=line)) or carried
        except Exception:  # noqa: BLE001 - a border, as in _fold
            return carried, False
    return carried, True


def _read_whole(reading: _Reading, wire_format: WireFormat, body: Body) -> None:
    """Read an unstreamed answer, or what stands of it."""
    data = _joined(body)
    try:
        if body.gap is None:
            wire_format.read_response(reading.answer, data)
            return
        problem = "response.truncated_json"
    except msgspec.MsgspecError as error:
        problem = f"response.{_ruin(error)}"
    except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost the document
        logger.warning("llmtap: a response could not be read: %s", fault(error))
        reading.problems.append("response.unreadable")
        return
    reading.problems.append(problem)
    try:
        wire_format.read_response(reading.answer, salvage(data))
    except Exception:  # noqa: BLE001 - as above; the problem is noted already
        return


def _read_plain(reading: _Reading, wire_format: WireFormat, body: Body) -> None:
    """Read an answer that is no JSON: a format that knows sound or words takes them, else it is a problem."""
    try:
        wire_format.read_response(reading.answer, _joined(body))
    except msgspec.MsgspecError:
        reading.problems.append("response.not_json")
    except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost the document
        logger.warning("llmtap: a response could not be read: %s", fault(error))
        reading.problems.append("response.unreadable")


def _ruin(error: msgspec.MsgspecError) -> str:
    return "truncated_json" if "truncated" in str(error) else "not_json"
