"""`capture.include_usage: inject` with the official SDK: the document has the usage, the application sees nothing."""

import subprocess
import sys
from pathlib import Path

from tests.end_to_end.proxy import PATIENCE, Proxy
from tests.fakes.provider import FakeProvider

STREAMS = """
import openai
client = openai.OpenAI(max_retries=0)
ask = [{"role": "user", "content": "Where is Paris?"}]
chunks = list(client.chat.completions.create(model="gpt-4o-mini", messages=ask, stream=True))
assert all(chunk.choices for chunk in chunks), chunks
assert not any(chunk.usage for chunk in chunks), chunks
asked = list(client.chat.completions.create(
    model="gpt-4o-mini", messages=ask, stream=True, stream_options={"include_usage": True}
))
assert asked[-1].usage is not None, asked
"""


def test_usage_is_asked_for(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> None:
    """A stream without the question has its usage reported, unseen by the application; one that asks stays as it is."""
    config = "capture:\n  include_usage: inject\n"
    with Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path), config=config) as proxy:
        command = [sys.executable, "-c", STREAMS]
        done = subprocess.run(
            command, env=proxy.environment(), capture_output=True, timeout=PATIENCE, check=False, text=True
        )
        assert done.returncode == 0, done.stderr
        asked_for, asked = proxy.await_documents(2)

    assert asked_for["gen_ai"]["usage"] == asked["gen_ai"]["usage"]
    assert asked_for["llmtap"]["usage"]["source"] == "reported"
    first, second = (request.body for request in provider.requests[-2:])
    assert first.replace(b'"stream_options":{"include_usage":true},', b"", 1).startswith(b"{")
    assert b'"include_usage":true' in first
    assert second.count(b"stream_options") == 1
