"""Either side of a call as read in one wire format, event by event or whole. Whatever the bytes, nothing raises.

What could not be read is a word in `problems`: an event costs itself alone, and of a body cut off what stands is read.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from llmtap.capture.exchange import Body, Headers, Response, header
from llmtap.decode.answer import Answer
from llmtap.decode.body.events import Event, json_array, json_lines, server_sent_events
from llmtap.decode.body.eventstream import event_stream
from llmtap.decode.body.framing import framing
from llmtap.decode.body.lenient import read
from llmtap.decode.body.rpc import failed, messages, succeeded, unwrapped
from llmtap.decode.body.salvage import salvage
from llmtap.decode.errors import LONGEST_ERROR, read_error
from llmtap.decode.fault import fault
from llmtap.decode.formats import WireFormat
from llmtap.decode.inference import InferenceRequest
from llmtap.decode.usage.invocation import headed, metered
from llmtap.decode.usage.terms import termed

logger = logging.getLogger(__name__)

_SWITCHED = 101
_FAILED = 400
_STREAMS = {"events": server_sent_events, "lines": json_lines, "array": json_array}
_HOPELESS = 1000
"""A stream with this many unreadable events is no stream of the wire format, and is left off."""


class _AnyRequest(msgspec.Struct):
    """What the requests of nearly all wire formats have in common; ElevenLabs and Bedrock spell the model otherwise."""

    model: str | None = None
    model_id: str | None = None
    model_id_camel: str | None = msgspec.field(default=None, name="modelId")
    stream: bool | None = None


@dataclass(slots=True)
class Reading:
    """A response as it is being read in one wire format; `events` stays None for an unstreamed one."""

    answer: Answer = field(default_factory=Answer)
    times: list[float] = field(default_factory=list)
    events: int | None = None
    problems: list[str] = field(default_factory=list)


def read_request(wire_format: WireFormat | None, body: Body, data: bytes) -> tuple[InferenceRequest, list[str]]:
    """Return what a request asks for, as far as it can be read, and what went wrong."""
    if not data.strip():
        return InferenceRequest(), []
    read_in = wire_format.read_request if wire_format else _read_any_request
    try:
        if body.gap is None or data.lstrip()[:1] not in (b"{", b"["):  # a form is read around the hole in its file
            return read_in(data), []
        problem = "truncated_json"
    except msgspec.MsgspecError as error:
        problem = _ruin(error)
    except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost the document
        logger.warning("llmtap: a request could not be read: %s", fault(error))
        return InferenceRequest(), ["request.unreadable"]
    problems = [f"request.{problem}"] if wire_format else []
    try:
        return read_in(salvage(data)), problems
    except Exception:  # noqa: BLE001 - as above; the problem is noted already
        return InferenceRequest(), problems


def _read_any_request(body: bytes) -> InferenceRequest:
    """Read what a request in an unknown wire format most likely says."""
    asked = read(_AnyRequest, body)
    return InferenceRequest(model=asked.model or asked.model_id or asked.model_id_camel, stream=asked.stream)


def read_response(
    wire_format: WireFormat | None, response: Response, body: Body, head: bytes, *, streamed: bool
) -> Reading:
    """Return a response read in a wire format; without one, only an error is read.

    A message of gRPC looks the same whether others may follow: only a path that asks for a stream (`streamed`) tells.
    """
    reading = Reading()
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
        data = body.joined()[:LONGEST_ERROR]
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


def _fold(reading: Reading, wire_format: WireFormat, events: Iterable[Event], *, lines: bool) -> None:
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


def _read_whole(reading: Reading, wire_format: WireFormat, body: Body) -> None:
    """Read an unstreamed answer, or what stands of it."""
    data = body.joined()
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


def _read_plain(reading: Reading, wire_format: WireFormat, body: Body) -> None:
    """Read an answer that is no JSON: a format that knows sound or words takes them, else it is a problem."""
    try:
        wire_format.read_response(reading.answer, body.joined())
    except msgspec.MsgspecError:
        reading.problems.append("response.not_json")
    except Exception as error:  # noqa: BLE001 -- a border: what a format failed to foresee must not cost the document
        logger.warning("llmtap: a response could not be read: %s", fault(error))
        reading.problems.append("response.unreadable")


def _ruin(error: msgspec.MsgspecError) -> str:
    return "truncated_json" if "truncated" in str(error) else "not_json"
