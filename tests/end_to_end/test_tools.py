"""One addon in all three of mitmproxy's tools, by `-s addon/tap.py`, and what they say when something is wrong."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.client import call
from tests.end_to_end.proxy import Proxy, free_port
from tests.fakes.provider import FakeProvider


@pytest.mark.parametrize(
    ("tool", "options"), [("mitmweb", ("--no-web-open-browser", "--web-port", "0")), ("mitmproxy", ())]
)
def test_user_interfaces(
    tmp_path: Path, provider: FakeProvider, detour: dict[str, int], tool: str, options: tuple[str, ...]
) -> None:
    """mitmweb and the console record the same documents as mitmdump (which every other test runs)."""
    proxy = Proxy(
        tmp_path, detour=detour, provider_ca=Path(provider.ca_path), tool=tool, options=options, port=free_port()
    )
    with proxy:
        received = call(proxy, "gpt-4o-mini", stream=True)
        (document,) = proxy.await_documents(1)

    assert received == bytes(provider.requests[-1].sent)
    assert document["event"]["outcome"] == "success"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda proxy: proxy.config.write_text("capture:\n  max_body_byte: 1\n"), ("max_body_byte", "max_body_bytes")),
        (lambda proxy: proxy.config.unlink(), ("llmtap.yaml",)),
        (lambda proxy: (proxy.folder / "store").write_text("in the way"), ("store",)),
    ],
    ids=["a typo", "no such file", "no folder for the store"],
)
def test_start_up_errors_speak(tmp_path: Path, spoil: Callable[[Proxy], object], said: tuple[str, ...]) -> None:
    """A proxy that cannot do its work ends at once, and says what is wrong and where."""
    proxy = Proxy(tmp_path)
    spoil(proxy)

    with pytest.raises(AssertionError, match="ended at once"):
        proxy.start()

    log = proxy.log.read_text()
    assert all(word in log for word in said), log
    assert "Traceback" not in log


def test_operators_options_win(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> None:
    """What the operator sets on the command line is not overruled."""
    proxy = Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path), options=("--set", "anticomp=true"))
    with proxy:
        call(proxy, "gpt-4o-mini")
        proxy.await_documents(1)

    assert provider.requests[-1].header("accept-encoding") in {None, "identity"}


def test_a_broken_edit_changes_nothing(tmp_path: Path, provider: FakeProvider, detour: dict[str, int]) -> None:
    """A configuration that is edited into nonsense is refused in the log; the proxy goes on as before."""
    with Proxy(tmp_path, detour=detour, provider_ca=Path(provider.ca_path)) as proxy:
        proxy.configure("relay: nonsense\n")
        while b"stays as it was" not in proxy.log.read_bytes():
            assert proxy.process is not None
            with pytest.raises(subprocess.TimeoutExpired):
                proxy.process.wait(0.1)
        call(proxy, "gpt-4o-mini")
        (document,) = proxy.await_documents(1)

    assert document["event"]["outcome"] == "success"
