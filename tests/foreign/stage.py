"""Where foreign programs play: a program of `clients/`, the proxy under test, and mock servers behind real host names.

A program is given what `llmtap env` prints, keys that open nothing, and its own name as the proxy's user, so that its
documents are told from those of the others.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmtap.cli.environment import variables
from tests.end_to_end.proxy import PATIENCE, Proxy
from tests.fakes.front import Front, Place
from tests.foreign.installation import Installation

PROGRAMS = Path(__file__).with_name("clients")
KEYS = {
    "ANTHROPIC_API_KEY": "sk-ant-api03-foreign-0123456789abcdefghijklmnop",
    "AWS_ACCESS_KEY_ID": "AKIAFOREIGN123456789",
    "AWS_SECRET_ACCESS_KEY": "foreign/0123456789abcdefghijklmnopqrstuv",
    "AZURE_OPENAI_API_KEY": "foreign0123456789abcdef0123456789",
    "CO_API_KEY": "foreign0123456789cohere0123456789abcdefg",
    "GEMINI_API_KEY": "AIzaForeign0123456789abcdefghijklmnopqr",
    "GROQ_API_KEY": "gsk_foreign0123456789abcdefghijklmnopqrstuv",
    "MISTRAL_API_KEY": "foreign0123456789mistral012345678",
    "OLLAMA_API_KEY": "foreign0123456789ollama0123456789",
    "OPENAI_API_KEY": "sk-foreign-0123456789abcdefghijklmnop",
}
SETTLED = 0.2
"""Seconds in which a document too many would have come."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A running proxy in front of mock servers, and the programs that may call them."""

    installation: Installation
    front: Front
    proxy: Proxy

    def through(self, program: str, *arguments: str, user: str) -> list[dict[str, Any]]:
        """Return what a program says of its calls through llmtap."""
        url = f"http://{user}:test@127.0.0.1:{self.proxy.port}"
        return said(self.installation, self.proxy.folder, program, arguments, url, self.proxy.ca)

    def direct(self, program: str, *arguments: str) -> list[dict[str, Any]]:
        """Return what a program says of its calls with nothing between it and the mock servers."""
        url = f"http://127.0.0.1:{self.front.direct_port}"
        return said(self.installation, self.proxy.folder, program, arguments, url, self.front.ca_path)

    def documents(self, user: str, count: int) -> list[dict[str, Any]]:
        """Return the documents of a user's calls; there are `count` of them, or this fails."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self._documents(user)) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(SETTLED)
        found = self._documents(user)
        assert len(found) == count, self.proxy.log.read_text()
        return found

    def written(self) -> bytes:
        """Return all that llmtap and mitmproxy put on disk, their certificates apart."""
        return b"".join(path.read_bytes() for path in self.proxy.store.parent.iterdir()) + self.proxy.log.read_bytes()

    def _documents(self, user: str) -> list[dict[str, Any]]:
        documents = self.proxy.documents()
        return [document for document in documents if document.get("organization", {}).get("name") == user]


@contextmanager
def stage(installation: Installation, folder: Path, places: Mapping[str, Place]) -> Iterator[Stage]:
    """Hold a proxy and the front of `places`."""
    with Front(places) as front, Proxy(folder, detour=front.detour, provider_ca=front.ca_path) as proxy:
        yield Stage(installation, front, proxy)


def said(
    installation: Installation, home: Path, program: str, arguments: Sequence[str], proxy: str, ca: Path
) -> list[dict[str, Any]]:
    """Run a program to its end; it must succeed. Read from stdin, it finds its modules in the installation."""
    node = (str(installation.node), "--input-type=module", "-")
    command = node if program.endswith(".mjs") else (str(installation.python), "-")
    with (PROGRAMS / program).open() as source:
        done = subprocess.run(
            (*command, *arguments),
            stdin=source,
            env={"PATH": os.defpath, "HOME": str(home), **KEYS, **variables(proxy, str(ca), {})},
            cwd=installation.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert isinstance(told, list)
    return told
