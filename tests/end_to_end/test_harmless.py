"""The call is never harmed: bytes pass unchanged and at once, whatever they are and whatever is broken in llmtap."""

import hashlib
import threading
from pathlib import Path

import pytest

from tests.end_to_end.client import CHAT, MESSAGES, call, calling
from tests.end_to_end.proxy import TAP, Proxy
from tests.fakes.provider import FakeProvider

CALLS = [
    ("api.openai.com", CHAT, "gpt-4o-mini", False),
    ("api.openai.com", CHAT, "gpt-4o-mini", True),
    ("api.anthropic.com", MESSAGES, "claude-haiku-4-5", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-gzip", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-br", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-zstd", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-deflate", False),
    ("api.openai.com", CHAT, "gpt-4o-mini-bad-gzip", False),
    ("api.openai.com", CHAT, "gpt-4o-mini-truncated-json", False),
    ("api.openai.com", CHAT, "gpt-4o-mini-not-json", False),
    ("api.openai.com", CHAT, "gpt-4o-mini-crlf-trickle", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-error-in-stream", True),
    ("api.openai.com", CHAT, "gpt-4o-mini-reset-mid-stream", True),
]


@pytest.mark.parametrize(("host", "path", "model", "stream"), CALLS)
def test_bytes_are_identical(
    proxy: Proxy, provider: FakeProvider, host: str, path: str, model: str, *, stream: bool
) -> None:
    """The client receives exactly the body that the provider sent, and the provider exactly the body that it sent."""
    before = len(proxy.documents())

    received = call(proxy, model, host=host, path=path, stream=stream)

    assert received == bytes(provider.requests[-1].sent)
    assert b"Where is Paris?" in provider.requests[-1].body
    document = proxy.await_documents(before + 1)[-1]
    assert document["http"]["response"]["body"]["bytes"] == len(received)


def test_a_hundred_megabytes(proxy: Proxy, provider: FakeProvider) -> None:
    """An answer of 100 MB passes whole; its document says how much of it was not kept, and the usage at its end."""
    before = len(proxy.documents())
    digest = hashlib.sha256()
    with calling(proxy, "gpt-4o-mini-huge-100mb") as connection:
        answer = connection.getresponse()
        while piece := answer.read(1 << 20):
            digest.update(piece)

    assert digest.hexdigest() == provider.requests[-1].digest
    document = proxy.await_documents(before + 1)[-1]
    assert document["llmtap"]["capture"]["response_bytes_dropped"] > 80_000_000
    assert document["gen_ai"]["usage"]["output_tokens"] > 0


def test_nothing_is_buffered(proxy: Proxy, provider: FakeProvider) -> None:
    """A client has the first event while the provider has yet to send the others."""
    with calling(proxy, "gpt-4o-mini-stream-60x500ms", stream=True) as connection:
        first = connection.getresponse().read1(65536)
        unsent = provider.requests[-1].end is None

    assert first.startswith(b"data: ")
    assert unsent


def test_a_broken_llmtap_harms_nobody(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> None:
    """With every step behind the tap failing, the client still gets identical bytes."""
    saboteur = tmp_path / "saboteur.py"
    saboteur.write_text(
        "import llmtap.pipeline\n"
        "def broken(*_):\n    raise RuntimeError('broken on purpose')\n"
        "llmtap.pipeline.decode = broken\n"
        "llmtap.pipeline.Outbox.put = broken\n"
        "llmtap.pipeline.Pipeline.stop.__defaults__ = (1.0,)\n"
    )
    proxy = Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path), scripts=(TAP, saboteur))
    with proxy:
        received = [call(proxy, "gpt-4o-mini", stream=True) for _ in range(3)]

    assert received == [bytes(request.sent) for request in provider.requests[-3:]]


def test_other_hosts_are_tunnelled(tmp_path: Path) -> None:
    """TLS to a host that is no LLM provider is not opened: the client sees that host's own certificate."""
    with FakeProvider(hosts=("intranet.example.com",)) as stranger:
        detour = {"intranet.example.com": stranger.port}
        with Proxy(tmp_path, detour=detour, provider_ca=Path(stranger.ca_path)) as proxy:
            trusting = Proxy(tmp_path / "client", port=proxy.port)
            (trusting.folder / "ca").mkdir()
            trusting.ca.write_bytes(Path(stranger.ca_path).read_bytes())
            received = call(trusting, "gpt-4o-mini", host="intranet.example.com")

            assert received == bytes(stranger.requests[-1].sent)
            assert proxy.documents() == []


def test_many_at_once(proxy: Proxy) -> None:
    """Forty streams at the same time give forty documents, each with its usage, and every client its whole answer."""
    before = len(proxy.documents())
    answers: list[bytes] = []

    def one() -> None:
        answers.append(
            call(proxy, "claude-haiku-4-5-stream-20x5ms", host="api.anthropic.com", path=MESSAGES, stream=True)
        )

    threads = [threading.Thread(target=one) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    documents = proxy.await_documents(before + 40)[before:]
    assert all(b"message_stop" in answer for answer in answers)
    assert {document["gen_ai"]["usage"]["output_tokens"] for document in documents} == {20}
    assert len({document["event"]["id"] for document in documents}) == 40
