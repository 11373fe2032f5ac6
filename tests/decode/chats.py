"""A short chat of OpenAI's dialect as an exchange, with the answer that a test gives it."""

import json
from collections.abc import Sequence

from llmtap.capture.exchange import Body, Chunk, Endpoint, Exchange, Headers, Request, Response
from llmtap.decode.inference import Inference

EVENT_STREAM: Headers = ((b"content-type", b"text/event-stream"),)
JSON: Headers = ((b"content-type", b"application/json"),)
ASKED = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}'
ANSWER = b"""{"id":"c","object":"chat.completion","model":"m-1","choices":[{"index":0,"message":{"role":"assistant",
    "content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}"""


def chunk(text: str, finish: str | None = None) -> bytes:
    """One event of a chat stream."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "c", "model": "m-1", "choices": [choice]}).encode() + b"\n\n"


def exchange(
    response: bytes | Body,
    headers: Headers = JSON,
    *,
    request: bytes | Body = ASKED,
    status: int = 200,
    wire_format: str | None = "openai_chat",
) -> Exchange:
    """An exchange of the given bodies."""
    asked = Body.whole(request) if isinstance(request, bytes) else request
    said = Body.whole(response, 1.0) if isinstance(response, bytes) else response
    return Exchange(
        id="0",
        started=0.0,
        origin=0.0,
        endpoint=Endpoint("example", wire_format=wire_format),
        request=Request("POST", "https", "api.example.com", 443, "/", (), asked),
        response=Response(status, headers, said),
    )


def pieces(*data: bytes, gap: int | None = None) -> Body:
    """Pieces that arrived a second apart."""
    chunks: Sequence[Chunk] = tuple((float(number), piece) for number, piece in enumerate(data))
    return Body(chunks, sum(map(len, data)), 0 if gap is None else 1, gap)


def text(inference: Inference) -> str:
    """The words of the answer."""
    return "".join(part.text for message in inference.response.messages for part in message.parts)
