"""`llmtap run` shows a program's calls, and the program does not notice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.corporate import CorporateProxy, basic
from tests.cli.llmtap import CALL, environment, finished, to
from tests.fakes.provider import FakeProvider


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    """The simulated OpenAI."""
    with FakeProvider() as provider:
        yield provider


def test_a_call_is_seen_and_listed(tmp_path: Path, provider: FakeProvider) -> None:
    """The program gets its answer and keeps its exit code; the table has the call, on stderr."""
    done = finished(environment(tmp_path, provider), "run", *to(provider), "--", "sh", "-c", f"{CALL}; exit 3")
    assert done.returncode == 3
    assert done.stdout.encode() == bytes(provider.requests[-1].sent)
    assert re.search(r"openai +gpt-4o-mini-2024-07-18 +2 +16 +0 +0\.0\d+ USD .* ok ", done.stderr)
    assert "llmtap: 1 call · 2 input and 16 output tokens" in done.stderr


def test_quiet_adds_nothing(tmp_path: Path, provider: FakeProvider) -> None:
    """With `--quiet`, all that is written is the program's own."""
    done = finished(environment(tmp_path, provider), "run", *to(provider), "-q", "sh", "-c", "echo out; echo err >&2")
    assert (0, "out\n", "err\n") == (done.returncode, done.stdout, done.stderr)


def test_calls_of_another_run_are_not_listed(tmp_path: Path, provider: FakeProvider) -> None:
    """The store is shared, the table is not."""
    environ = environment(tmp_path, provider)
    for _ in range(2):
        done = finished(environ, "run", *to(provider), "sh", "-c", CALL)
        assert "llmtap: 1 call ·" in done.stderr


def test_a_program_that_calls_nobody_is_told(tmp_path: Path) -> None:
    """An empty table would leave one wondering."""
    done = finished(environment(tmp_path), "run", "true")
    assert (0, "") == (done.returncode, done.stdout)
    assert "nothing came through the proxy" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("nosuchcommand",), 127, "There is no command 'nosuchcommand'"),
        (("/",), 126, "cannot be run"),
        (("--set", "nosuchoption=1", "true"), 2, "nosuchoption"),
        (("--config", "/nowhere.yaml", "true"), 2, "/nowhere.yaml"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...], exit_code: int, words: str) -> None:
    """What cannot be run is told as a shell would, without a traceback."""
    done = finished(environment(tmp_path), "run", *arguments)
    assert (exit_code, "") == (done.returncode, done.stdout)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_options_after_the_program_are_the_programs(tmp_path: Path) -> None:
    """Without `--` too, what follows the program's name is not ours."""
    done = finished(environment(tmp_path), "run", "-q", "echo", "-q", "--config", "x")
    assert done.stdout == "-q --config x\n"


def test_a_company_proxy_is_gone_through(tmp_path: Path, provider: FakeProvider) -> None:
    """An inherited HTTPS_PROXY stays the way out, with its credentials, and the call is seen all the same."""
    trust = ("--set", f"ssl_verify_upstream_trusted_ca={provider.ca_path}")
    with CorporateProxy(provider.port) as corporate:
        environ = environment(tmp_path, HTTPS_PROXY=f"http://user:secret@127.0.0.1:{corporate.port}")
        done = finished(environ, "run", *trust, "sh", "-c", CALL)
    assert [("api.openai.com:443", basic("user", "secret"))] == corporate.tunnels
    assert "llmtap: 1 call ·" in done.stderr


def test_in_a_shell_that_has_llmtap_env_a_call_counts_once(tmp_path: Path, provider: FakeProvider) -> None:
    """The proxy that such a shell names is not gone through again."""
    bundle = str(tmp_path / "data/llmtap/ca-bundle.pem")
    environ = environment(tmp_path, provider, HTTPS_PROXY="http://127.0.0.1:1", SSL_CERT_FILE=bundle)
    done = finished(environ, "run", *to(provider), "sh", "-c", CALL)
    assert "llmtap: 1 call · 2 input" in done.stderr


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """The program is not started, and the sentence names the place."""
    (tmp_path / "data").write_text("")
    done = finished(environment(tmp_path), "run", "echo", "started")
    assert (1, "") == (done.returncode, done.stdout)
    assert "llmtap.db" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_proxy_of_another_kind_is_left_out_aloud(tmp_path: Path) -> None:
    """SOCKS is not spoken; one line says that it is ignored, without the password."""
    environ = environment(tmp_path, ALL_PROXY="socks5://user:secret@127.0.0.1:1")
    done = finished(environ, "run", "true")
    assert "ALL_PROXY is not an HTTP proxy" in done.stderr
    assert "secret" not in done.stderr


def test_what_the_machine_trusts_the_proxy_trusts(tmp_path: Path, provider: FakeProvider) -> None:
    """A CA named by SSL_CERT_FILE is enough for the proxy to accept the provider behind it."""
    detour = to(provider)[:2]
    environ = environment(tmp_path, provider, SSL_CERT_FILE=str(provider.ca_path))
    done = finished(environ, "run", *detour, "sh", "-c", CALL)
    assert "llmtap: 1 call ·" in done.stderr
    assert "1 failed" not in done.stderr


def test_credentials_of_a_company_proxy_stay_with_plain_http(tmp_path: Path) -> None:
    """A request without TLS shows the company's proxy its credentials too: they are not the client's to llmtap."""
    with CorporateProxy(1) as corporate:
        environ = environment(tmp_path, HTTPS_PROXY=f"http://user:secret@127.0.0.1:{corporate.port}")
        finished(environ, "run", "curl", "-sS", "http://intranet.example/page")
    assert [("http://intranet.example/page", basic("user", "secret"))] == corporate.tunnels


def test_what_waits_for_elasticsearch_is_told(tmp_path: Path, provider: FakeProvider) -> None:
    """Nobody listens at the target: one line says how many wait, and for whom, without credentials."""
    config = tmp_path / "llmtap.yaml"
    config.write_text("elasticsearch:\n  url: http://127.0.0.1:1\n")
    environ = environment(tmp_path, provider)
    done = finished(environ, "run", "--config", str(config), *to(provider), "sh", "-c", CALL)
    last = done.stderr.splitlines()[-1]
    assert last == "llmtap: 1 document waits for http://127.0.0.1:1; see `llmtap outbox status`"


def test_connections_without_a_call_are_counted(tmp_path: Path) -> None:
    """In the singular when it is one."""
    done = finished(environment(tmp_path), "run", "curl", "-sS", "-m", "5", "http://127.0.0.1:1/", "--noproxy", "")
    assert "llmtap: no LLM call was recorded; 1 connection came through the proxy." in done.stderr


def test_the_team_of_a_run_is_in_its_calls(tmp_path: Path, provider: FakeProvider) -> None:
    """`--team` needs no configuration, and the program no change."""
    environ = environment(tmp_path, provider)
    finished(environ, "run", "--team", "payments", "--environment", "production", *to(provider), "sh", "-c", CALL)
    assert '"payments"' in finished(environ, "report", "--json", "--by", "team").stdout
