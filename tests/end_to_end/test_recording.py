"""What a real mitmdump records (`-w`) while llmtap is in it, and replays: the same documents as live."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from llmtap.cli import main
from llmtap.decode.decoder import decode
from tests.end_to_end.client import call
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.rpcclient import rpc
from tests.end_to_end.socketclient import session
from tests.exchanges.story import stories
from tests.fakes.provider import FakeProvider
from tests.fakes.rpc import FakeRpc, Said
from tests.fakes.websocket import FakeSessions

KEPT = (".event.id", ".event.outcome")
OPENAI, REALTIME = "api.openai.com", "/v1/realtime?model=gpt-realtime"
CREATE = {"type": "response.create"}
INSTANTS = (
    ".@timestamp",
    ".event.",
    ".gen_ai.response.time_to_first_chunk",
    ".llmtap.latency.",
    ".llmtap.stream.chunks",
)
"""Live, every piece has its own instant on a clock of its own; a recording has fewer, on mitmproxy's."""


@pytest.fixture(scope="module")
def sessions() -> Iterator[FakeSessions]:
    """The simulated provider of sessions."""
    with FakeSessions((OPENAI,)) as sessions:
        yield sessions


def recording(folder: Path, provider: FakeProvider | FakeSessions | FakeRpc, *more: str) -> Proxy:
    """Return a proxy that records into a flow file."""
    detour = dict.fromkeys(provider.hosts, provider.port)
    options = ("-w", str(folder / "flows"), *more)
    return Proxy(folder, detour=detour, provider_ca=Path(provider.ca_path), options=options)


def replayed(proxy: Proxy) -> list[dict[str, Any]]:
    """Return the documents of the recording, in order, once the proxy has ended."""
    done = CliRunner().invoke(main, ("replay", "--config", str(proxy.config), str(proxy.folder / "flows")))
    assert done.exit_code == 0, done.stderr
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def as_recorded(document: object, name: str = "") -> dict[str, object]:
    """Return the members of a document by their path, without those that only the live path can know."""
    if not isinstance(document, dict):
        return {} if name.startswith(INSTANTS) and name not in KEPT else {name: document}
    return {path: leaf for key, value in document.items() for path, leaf in as_recorded(value, f"{name}.{key}").items()}


def by_id(documents: list[dict[str, Any]]) -> dict[str, dict[str, object]]:
    """Return the documents by their id."""
    return {document["event"]["id"]: as_recorded(document) for document in documents}


def differences(live: dict[str, dict[str, object]], again: dict[str, dict[str, object]]) -> list[object]:
    """Return each member that is not the same, live and again."""
    assert sorted(live) == sorted(again)
    return [
        (name, document.get(name), again[id_].get(name))
        for id_, document in live.items()
        for name in document.keys() | again[id_].keys()
        if document.get(name) != again[id_].get(name)
    ]


def test_sessions_are_recorded_whole(tmp_path: Path, sessions: FakeSessions) -> None:
    """A session that was recorded gives the documents that it gave live: their ids, their numbers, their ends."""
    proxy = recording(tmp_path, sessions)
    with proxy:
        with session(proxy, OPENAI, REALTIME) as client:
            for _ in range(2):
                client.say(CREATE)
                client.hear_until("response.done")
            client.close()
        for word in ("cut", "leave"):
            with session(proxy, OPENAI, REALTIME) as client:
                client.say({**CREATE, "response": {"instructions": word}})
                client.hear_until("never")
        with session(proxy, OPENAI, "/v1/responses") as client:
            client.say({**CREATE, "model": "gpt-5", "input": "Where is Paris?"})
            client.hear_until("response.completed")
            client.close()
        with session(proxy, OPENAI, REALTIME) as client:
            client.hear_until("session.created")
            client.close()
        live = by_id(proxy.await_documents(6))
    assert differences(live, by_id(replayed(proxy))) == []


def test_an_abandoned_session_is_recorded_once(tmp_path: Path, sessions: FakeSessions) -> None:
    """Its document has the id that it had live; mitmproxy records what the provider says after the client is gone."""
    proxy = recording(tmp_path, sessions)
    with proxy:
        with session(proxy, OPENAI, REALTIME) as client:
            client.say({**CREATE, "response": {"instructions": "long"}})
            client.hear_until("response.output_text.delta")
        live = by_id(proxy.await_documents(1))
    assert list(by_id(replayed(proxy))) == list(live)


def test_calls_are_recorded_whole(tmp_path: Path, provider: FakeProvider) -> None:
    """A stream that passes at once is in the recording all the same, and gives the document that it gave live."""
    proxy = recording(tmp_path, provider)
    with proxy:
        assert b"Paris" in call(proxy, "gpt-4o-mini", stream=True)
        call(proxy, "gpt-4o-mini")
        live = by_id(proxy.await_documents(2))
    assert differences(live, by_id(replayed(proxy))) == []


def test_calls_over_grpc_are_recorded_whole(tmp_path: Path) -> None:
    """Trailers and all: the recording gives the documents that the calls gave live, with the usage of the stories."""
    told = [story for name in ("gemini_generate", "gemini_predict") for story in stories(name) if story.remote]
    answers = {}
    for number, story in enumerate(told):
        pieces, facts = tuple(data for _, data in story.pieces() if data), story.facts
        answers[facts.path + f"?{number}"] = Said(pieces, facts.trailers, facts.headers)
    model = ("x-goog-request-params", "endpoint=projects/p/locations/l/publishers/google/models/text-embedding-004")
    host = "us-central1-aiplatform.googleapis.com"
    with FakeRpc((host,), answers) as google:
        proxy = recording(tmp_path, google, "--set", "http2=true")
        with proxy:
            with rpc(proxy, host, proxy.ca) as channel:
                for path, story in zip(answers, told, strict=True):
                    channel.call(path, story.request_body, model)
            documents = proxy.await_documents(len(told))
        live = by_id(documents)
    assert differences(live, by_id(replayed(proxy))) == []
    for story, document in zip(told, documents, strict=True):
        response = decode(story.exchange()).response
        usage, error = document["gen_ai"].get("usage", {}), document.get("error", {})
        assert usage.get("input_tokens") == (response.usage.input_tokens if response.usage else None)
        assert error.get("code") == (response.error.code if response.error else None)
        assert document["llmtap"]["wire_format"] == story.wire_format


def test_what_is_under_way_is_recorded(tmp_path: Path, sessions: FakeSessions) -> None:
    """A response that the proxy's end cuts off is recorded as far as it came, and cut off as it was live."""
    proxy = recording(tmp_path, sessions).start()
    with session(proxy, OPENAI, REALTIME) as client:
        client.say({**CREATE, "response": {"instructions": "long"}})
        client.hear_until("response.output_text.delta")
        proxy.stop()
    (document,) = replayed(proxy)
    assert [document["event"]["id"]] == list(by_id(proxy.documents()))
    assert document["error"]["type"] == proxy.documents()[0]["error"]["type"] == "proxy_shutdown"
