"""One ordinary call for the tests of this room to vary: what differs from it is what a test is about."""

from dataclasses import replace

from llmtap.capture.exchange import Body, Chunk, Client, Endpoint, Exchange, Failure, Headers, Request, Response
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse, Usage

KEY = "sk-proj-Zq81LmNo33vXyTt7Kd02"
STARTED = 1_795_000_000.0


def headers(**fields: str) -> Headers:
    """Return header fields, underscores of the names made hyphens."""
    return tuple((name.replace("_", "-").encode(), value.encode()) for name, value in fields.items())


ASKED = headers(authorization=f"Bearer {KEY}", content_type="application/json; charset=utf-8")
ANSWERED = headers(content_type="application/json", x_request_id="req_1")
NOBODY = Client()


def exchange(
    *,
    provider: str = "openai",
    host: str = "api.openai.com",
    path: str = "/v1/chat/completions",
    asked: Headers = ASKED,
    answered: Headers = ANSWERED,
    status: int = 200,
    client: Client = NOBODY,
    failure: Failure | None = None,
    relay: str | None = None,
    model: str | None = None,
    started: float = STARTED,
    body: bytes = b"{}",
) -> Exchange:
    """Return a finished call to OpenAI, or what it is varied to."""
    return Exchange(
        id="0193b2c4-0000-7000-8000-000000000001",
        started=started,
        origin=100.0,
        endpoint=Endpoint(provider, wire_format="openai_chat", operation="chat", model=model),
        request=Request("POST", "https", host, 443, path, asked, Body.whole(body)),
        response=Response(status, answered, Body.whole(b"{}", 101.0)),
        headers_at=100.5,
        ended_at=102.0,
        client=client,
        failure=failure,
        relay=relay,
        server_host=host,
        server_port=443,
    )


def timed(call: Exchange, *chunks: Chunk, origin: float | None = 100.0, ended_at: float | None = None) -> Exchange:
    """Return `call` with an answer that arrived in `chunks`, begun at `origin`."""
    response = Response(200, (), Body(chunks, sum(len(data) for _, data in chunks)))
    return replace(call, origin=origin, headers_at=None, response=response, ended_at=ended_at)


def inference(
    usage: Usage | None = None, *, asked: str | None = None, answered: str | None = None, tier: str | None = None
) -> Inference:
    """Return a chat that used so much, with the model asked for, the one that answered, and the tier that it got."""
    return Inference(
        "chat",
        "openai_chat",
        InferenceRequest(model=asked),
        InferenceResponse(model=answered, usage=usage, service_tier=tier),
    )
