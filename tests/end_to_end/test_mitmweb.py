"""The view and the comments in real mitmweb, looked at by a real browser, where there is Chromium."""

import json
import re
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from demo.stage import free_port
from tests.end_to_end.client import call
from tests.end_to_end.proxy import Proxy
from tests.fakes.ask import ANSWER
from tests.fakes.provider import FakeProvider

PASSWORD = "a-password-for-the-test"


@pytest.fixture
def web(tmp_path: Path) -> "Web":
    """A browser, or a skipped test that says which one is wanted."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium on PATH (Debian's package of that name)")
    return Web(browser, tmp_path)


class Web:
    """Headless Chromium, a fresh profile for each page."""

    def __init__(self, browser: str, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def page(self, url: str, *, screenshot: Path | None = None) -> str:
        """Return the page's DOM once its scripts have run, or take a picture of it."""
        quiet = ("gpu", "quic", "background-networking", "component-update", "sync", "dev-shm-usage")
        command = [
            self._browser,
            *("--headless", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)),
            *(f"--user-data-dir={self._folder / 'profile'}", "--virtual-time-budget=8000", "--window-size=1400,900"),
            f"--screenshot={screenshot}" if screenshot else "--dump-dom",
            url,
        ]
        return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode("utf-8", "replace")


def test_mitmweb_shows_the_conversation(web: Web, tmp_path: Path) -> None:
    """A streamed call stands in mitmweb's list with its comment, and its response as the words that came."""
    site = f"http://127.0.0.1:{(port := free_port())}"
    options = (f"web_port={port}", f"web_password={PASSWORD}", "web_open_browser=false")
    with FakeProvider() as provider:
        detour = dict.fromkeys(provider.hosts, provider.port)
        settings = tuple(word for option in options for word in ("--set", option))
        with Proxy(tmp_path, detour=detour, provider_ca=provider.ca_path, tool="mitmweb", options=settings) as proxy:
            while not proxy.store.exists():
                time.sleep(0.05)
            call(proxy, "gpt-4o-mini", stream=True)
            proxy.await_documents(1)
            flow = listed(site)
            dom = web.page(f"{site}/?token={PASSWORD}#/flows/{flow['id']}/response")

    assert re.fullmatch(r"first [\d.]+ m?s · gpt-4o-mini-2024-07-18 · stop", str(flow["comment"]))
    assert re.search(rf'<td class="col-comment">{flow["comment"]}</td>', dom)
    assert "<h5>LLM</h5>" in dom
    assert f"<div>assistant</div><div>  {ANSWER}</div>" in dom
    assert "<div>finish      stop</div>" in dom


def listed(site: str) -> dict[str, object]:
    """Return the first flow of mitmweb's list as soon as it has a comment, which the worker thread adds."""
    asked = urllib.request.Request(f"{site}/flows", headers={"authorization": f"Bearer {PASSWORD}"})
    for _ in range(200):
        with urllib.request.urlopen(asked, timeout=10) as answer:
            flows = json.load(answer)
        if flows and flows[0]["comment"]:
            break
        time.sleep(0.05)
    flow = flows[0]
    assert isinstance(flow, dict)
    return flow
