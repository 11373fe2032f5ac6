"""`eval "$(llmtap env)"` gives a shell the way through the proxy."""

import shlex
import socket
from pathlib import Path

import pytest

from tests.cli.conftest import Invoke


def test_only_exports_go_to_stdout(invoke: Invoke, home: Path) -> None:
    """Each line is an export; that nothing listens yet is said on stderr."""
    shown = invoke("env", "--proxy", "127.0.0.1:1")
    words = [shlex.split(line) for line in shown.stdout.splitlines()]
    assert (0, {"export"}) == (shown.exit_code, {first for first, _ in words})
    assert ["export", "HTTPS_PROXY=http://127.0.0.1:1"] in words
    assert ["export", f"SSL_CERT_FILE={home / 'data/llmtap/ca-bundle.pem'}"] in words
    assert "nothing listens at http://127.0.0.1:1 yet" in shown.stderr


def test_the_bundle_is_made(invoke: Invoke, home: Path) -> None:
    """The file that the variables name is there, with the CA of the folder that was named."""
    invoke("env", "--confdir", str(home / "ca"))
    ca = (home / "ca/mitmproxy-ca-cert.pem").read_text()
    assert ca.strip() in (home / "data/llmtap/ca-bundle.pem").read_text()


@pytest.mark.parametrize(("shell", "begin"), [("fish", "set -gx "), ("powershell", "$env:"), ("docker", "--")])
def test_other_shells_are_spoken(invoke: Invoke, shell: str, begin: str) -> None:
    """Each line is as that shell wants it."""
    assert all(line.startswith(begin) for line in invoke("env", "--shell", shell).stdout.splitlines())


def test_containers_are_told_that_loopback_is_not_theirs(invoke: Invoke) -> None:
    """A proxy on loopback cannot be reached from a container, and that is said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert (
            "containers do not reach a loopback address"
            in invoke("env", "--shell", "docker", "--proxy", address).stderr
        )
        assert invoke("env", "--proxy", address).stderr == ""


def test_team_and_environment_travel_in_the_url(invoke: Invoke) -> None:
    """As user and password, in each shell's words; an environment alone is a mistake."""
    arguments = ("env", "--proxy", "http://h.invalid:1", "--environment", "production")
    assert "HTTPS_PROXY=http://payments:production@h.invalid:1\n" in invoke(*arguments, "--team", "payments").stdout
    docker = invoke("env", "--proxy", "a:b@127.0.0.1:1", "--shell", "docker")
    assert "--env=HTTPS_PROXY=http://a:b@host.docker.internal:1" in docker.stdout
    assert "containers do not reach a loopback address" in docker.stderr
    assert (2, "") == (invoke(*arguments).exit_code, invoke(*arguments).stdout)


def test_an_environment_that_the_proxy_does_not_know_is_told(invoke: Invoke) -> None:
    """A name that the proxy would take for a secret is said on stderr, with those there are; the exports stand."""
    shown = invoke("env", "--team", "payments", "--environment", "nosuch")

    assert shown.exit_code == 0
    assert "'nosuch' is none of `attribution.environments`, so it is ignored; known are production," in shown.stderr
    assert "payments:nosuch@" in shown.stdout
    assert "is none of" not in invoke("env", "--team", "payments", "--environment", "Production").stderr
