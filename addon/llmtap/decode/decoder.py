"""The walk through this room: an Exchange in, the Inference it meant out. Whatever the bytes, nothing raises.

What could not be read is a word in `problems`, and never costs what could: an unreadable request leaves the facts of
the response, an unreadable event leaves the other events, a body cut off leaves what stands in it.
"""

from dataclasses import replace

from llmtap.capture.exchange import Body, Exchange, Headers
from llmtap.decode.answer import Answer
from llmtap.decode.body.encoding import undo
from llmtap.decode.body.eventstream import carried, preluded
from llmtap.decode.body.framing import REACH, spoken
from llmtap.decode.body.rpc import spoken_over, unwrapped
from llmtap.decode.envelope import opened
from llmtap.decode.formats import FORMATS, OPERATIONS
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse
from llmtap.decode.reading import read_request, read_response
from llmtap.decode.transcoding import transcoded
from llmtap.decode.usage.invocation import invoked
from llmtap.decode.usage.speech import voiced
from llmtap.decode.usage.terms import streaming

_SWITCHED = 101
_UNKNOWN = "unknown"


def decode(exchange: Exchange) -> Inference:
    """Return what an exchange meant.

    The endpoint names the wire format; where it names none, or the answer holds nothing of it, the bodies tell (and the
    operation too, where the path was not certain). A model that the path names stands in for one that the body leaves
    out, and the model that a session has for one that the answer leaves out.
    """
    exchange = opened(transcoded(exchange))
    endpoint, response, stated = exchange.endpoint, exchange.response, exchange.endpoint.operation
    asked, problems = _plain("request", exchange.request.body, exchange.request.headers)
    asked_data = asked.joined()
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
        reading = read_response(FORMATS.get(dialect or ""), response, said, head, streamed=streamed)
        other = _other(exchange, response.status, reading.answer, asked_data, head)
        if other is not None and other != name and name in FORMATS:
            name, dialect, stated = other, other, stated if endpoint.certain else None
            reading = read_response(FORMATS[other], response, said, head, streamed=streamed)
    wire_format = FORMATS.get(dialect or "")
    request, more = read_request(wire_format, asked, asked_data)
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
