"""Google's own gRPC client runs unmodified: left alone by default, and seen where the operator says `http2=true`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.proxy import Proxy
from tests.exchanges.rpc import frame, message
from tests.exchanges.story import Story
from tests.fakes.rpc import FakeRpc, Said
from tests.foreign.installation import Installation
from tests.foreign.stage import KEYS, said

HOST = "generativelanguage.googleapis.com"
SERVICE = "/google.ai.generativelanguage.v1beta.GenerativeService/"
PROGRAM = "generativelanguage_rpc.py"
ANSWERS = {
    SERVICE + "GenerateContent": Said((Story("gemini_generate", "rpc").response_body,)),
    SERVICE + "StreamGenerateContent": Said(tuple(data for _, data in Story("gemini_generate", "rpc_stream").pieces())),
    SERVICE + "CountTokens": Said((frame(message({"1 total_tokens": 31})),)),
    SERVICE + "BatchEmbedContents": Said((Story("gemini_embeddings", "rpc_batch").response_body,)),
    SERVICE + "EmbedContent": Said(trailers={"grpc-status": "5", "grpc-message": "models/nope is not found"}),
}
HEARD = [
    {"model": "gemini-2.5-flash", "text": "The sheet says.Ten metres.", "input": 300, "output": 46},
    {"model": "gemini-2.5-flash", "text": "The sheet says.Ten metres.", "input": 300, "output": 46},
    {"total": 31},
    {"vectors": 2},
    {"error": "models/nope is not found"},
]


@pytest.fixture(scope="module")
def google() -> Iterator[FakeRpc]:
    """The Gemini API without any HTTP/1.1."""
    with FakeRpc((HOST,), ANSWERS) as google:
        yield google


def test_seen(tmp_path: Path, google: FakeRpc, foreign_programs: Installation) -> None:
    """It hears what the API says, and each of its calls is the document that REST would have left."""
    options = ("--set", "http2=true")
    with Proxy(tmp_path, detour={HOST: google.port}, provider_ca=google.ca_path, options=options) as proxy:
        heard = said(foreign_programs, tmp_path, PROGRAM, (), f"http://sea:test@127.0.0.1:{proxy.port}", proxy.ca)
        documents = proxy.await_documents(len(HEARD))
        proxy.stop()
        written = b"".join(path.read_bytes() for path in proxy.store.parent.iterdir()) + proxy.log.read_bytes()
    assert heard == HEARD
    whole, stream, counted, embedded, refused = documents
    for document in (whole, stream):
        assert document["llmtap"]["wire_format"] == "gemini_generate"
        assert document["gen_ai"]["request"].items() >= {"max_tokens": 64, "temperature": 0.7}.items()
        assert document["gen_ai"]["usage"].items() >= {"input_tokens": 310, "output_tokens": 46}.items()
        assert document["gen_ai"]["response"].items() >= {"id": "kNc", "finish_reasons": ["STOP"]}.items()
        assert document["llmtap"]["cost"]["status"] == "priced"
        assert document["organization"]["name"] == "sea"
    assert stream["llmtap"]["stream"] == {"chunks": 4, "completed": True}
    assert [document["gen_ai"]["operation"]["name"] for document in (counted, embedded)] == [
        "count_tokens",
        "embeddings",
    ]
    assert [document["gen_ai"]["request"]["model"] for document in documents] == [
        *("gemini-2.5-flash", "gemini-2.5-flash", "gemini-2.5-flash", "text-embedding-004", "nope"),
    ]
    assert (refused["event"]["outcome"], refused["error"]["code"]) == ("failure", "NOT_FOUND")
    assert KEYS["GEMINI_API_KEY"].encode() not in written


def test_left_alone(tmp_path: Path, google: FakeRpc, foreign_programs: Installation) -> None:
    """By default it speaks with the API itself, hears the same, and leaves no document."""
    with Proxy(tmp_path, detour={HOST: google.port}, provider_ca=google.ca_path) as proxy:
        heard = said(foreign_programs, tmp_path, PROGRAM, (), proxy.url, google.ca_path)
        proxy.stop()
        documents = proxy.documents()
    assert (heard, documents) == (HEARD, [])
