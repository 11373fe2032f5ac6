"""Files of recorded traffic for `llmtap replay`: entries as HAR writers write them, from the parts of a call."""

import base64
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

type Json = dict[str, object]

ASK = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Where?"}]}'
ANSWER = (
    b'{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,'
    b'"finish_reason":"stop","message":{"role":"assistant","content":"Paris."}}],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}'
)
DONE = (
    b'{"type":"response.done","response":{"id":"r","status":"completed","output":[],'
    b'"usage":{"total_tokens":12,"input_tokens":7,"output_tokens":5}}}'
)
SESSION = (
    (True, b'{"type":"response.create"}'),
    (False, b'{"type":"response.created","response":{"id":"r","status":"in_progress","output":[]}}'),
    (False, DONE),
)
"""What is said for one response of a Realtime session: whether by the client, and what."""
URL = "https://api.openai.com/v1/chat/completions"
JSON = {"Content-Type": "application/json"}


def har(*entries: Json) -> bytes:
    """Return a HAR file of these entries."""
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": entries}}
    ).encode()


def entry(
    url: str = URL,
    ask: bytes = ASK,
    answer: bytes = ANSWER,
    *,
    method: str = "POST",
    status: int = 200,
    asked: Mapping[str, str] | Iterable[tuple[str, str]] = JSON,
    answered: Mapping[str, str] | Iterable[tuple[str, str]] = JSON,
    started: str = "2026-11-01T10:00:00.000Z",
    coded: bool = False,
    **more: object,
) -> Json:
    """Return an entry; `coded` states its bodies in base64, `more` replaces members of the entry."""
    return {
        "startedDateTime": started,
        "time": -1,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": _fields(asked),
            "queryString": [],
            "postData": {"mimeType": dict(asked).get("Content-Type", ""), **_text(ask, "_encoding", coded=coded)},
            "headersSize": -1,
            "bodySize": len(ask),
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": _fields(answered),
            "content": {
                "size": len(answer),
                "mimeType": dict(answered).get("Content-Type", ""),
                **_text(answer, "encoding", coded=coded),
            },
            "headersSize": -1,
            "bodySize": len(answer),
        },
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        **more,
    }


def session(*said: tuple[bool, bytes], url: str = "wss://api.openai.com/v1/realtime", **more: object) -> Json:
    """Return an entry of a session as Chrome writes it, its messages a second apart."""
    messages = [
        {
            "type": "send" if by_client else "receive",
            "time": 1_793_527_210.0 + number,
            "opcode": 1,
            "data": data.decode(),
        }
        for number, (by_client, data) in enumerate(said)
    ]
    made = entry(url, b"", b"", method="GET", status=101, asked={"Upgrade": "websocket"}, answered={})
    return made | {"_resourceType": "websocket", "_webSocketMessages": messages} | more


def written(folder: Path, data: bytes, name: str = "traffic.har") -> Path:
    """Return a file that holds `data`."""
    file = folder / name
    file.write_bytes(data)
    return file


def _fields(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Json]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return [{"name": name, "value": value} for name, value in pairs]


def _text(data: bytes, encoding: str, *, coded: bool) -> Json:
    try:
        if not coded:
            return {"text": data.decode()}
    except UnicodeDecodeError:
        pass
    return {"text": base64.b64encode(data).decode(), encoding: "base64"}
