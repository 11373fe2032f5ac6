"""Every runtime finds its variables, spelled for the shell that reads them."""

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.cli.environment import PROXY, TRUST, Upstream, exports, upstream, variables

URL = "http://127.0.0.1:8080"
AWKWARD = '/tmp/it\'s a "b" $HOME `x` \\ é'


def test_every_variable_is_there() -> None:
    """The list of providers.md section 5, whole."""
    expected = {*PROXY, *TRUST, "NO_PROXY", "no_proxy", "NODE_USE_ENV_PROXY"}
    values = variables(URL, "/b.pem", {})
    assert expected == set(values)
    assert {URL} == {values[name] for name in PROXY}
    assert {"/b.pem"} == {values[name] for name in TRUST}


def test_exempt_hosts_stay_exempt() -> None:
    """What the machine reaches without a proxy it still does; `*` would let nothing through us."""
    inherited = {"NO_PROXY": "intranet, localhost", "no_proxy": "*,10.0.0.1"}
    assert variables(URL, "/b", inherited)["NO_PROXY"] == "localhost,127.0.0.1,::1,intranet,10.0.0.1"


@pytest.mark.parametrize(
    ("inherited", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, Upstream("upstream:http://proxy:3128", None)),
        ({"HTTPS_PROXY": "proxy:3128"}, Upstream("upstream:http://proxy:3128", None)),
        ({"HTTPS_PROXY": "https://proxy"}, Upstream("upstream:https://proxy:443", None)),
        ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"}, Upstream("upstream:http://a:1", None)),
        ({"ALL_PROXY": "http://u:p%40ss@[::1]:3128/"}, Upstream("upstream:http://[::1]:3128", "u:p@ss")),
    ],
)
def test_the_proxy_of_the_machine_is_kept(inherited: dict[str, str], expected: Upstream | None) -> None:
    """It becomes the way out, with its credentials apart."""
    assert expected == upstream(inherited)


@pytest.mark.parametrize("value", ["socks5://u:secret@h:1080", "http://", "http://u:secret@h:port", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(value: str) -> None:
    """ValueError names the variable, never a credential."""
    with pytest.raises(ValueError, match="HTTPS_PROXY") as raised:
        upstream({"HTTPS_PROXY": value})
    assert "secret" not in str(raised.value)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])))
def test_sh_reads_back_what_was_exported(value: str) -> None:
    """Whatever stands in a path, the shell takes it as it is."""
    assert ["export", f"A={value}"] == shlex.split(exports({"A": value}, "sh"))


def test_a_real_shell_reads_back_what_was_exported() -> None:
    """`eval` gives the variable its very value."""
    script = f'eval {shlex.quote(exports({"A": AWKWARD}, "sh"))}; printf %s "$A"'
    assert AWKWARD == subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_reads_back_what_was_exported() -> None:
    """fish has its own words and quotes."""
    script = exports({"A": AWKWARD}, "fish") + "; printf %s $A"
    assert AWKWARD == subprocess.run(["fish", "-c", script], capture_output=True, text=True, check=True).stdout


def test_fish_and_powershell_have_their_own_words() -> None:
    """A quote is escaped as each of them wants it."""
    assert exports({"A": "it's"}, "fish") == r"set -gx A 'it\'s'"
    assert exports({"A": "it's"}, "powershell") == "$env:A = 'it''s'"


def test_docker_gets_the_bundle_mounted_and_this_machine_as_its_host() -> None:
    """Inside a container loopback is another machine, and paths are others."""
    lines = shlex.split(exports(variables(URL, "/b.pem", {}), "docker"))
    assert lines[:2] == ["--add-host=host.docker.internal:host-gateway", "--volume=/b.pem:/etc/llmtap-ca-bundle.pem:ro"]
    assert "--env=HTTPS_PROXY=http://host.docker.internal:8080" in lines
    assert "--env=SSL_CERT_FILE=/etc/llmtap-ca-bundle.pem" in lines
