"""The engines are real and say what they lack; that they come back with what they held is seen in `test_delivery`."""

import hashlib
import os
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from elastic_transport import Transport
from elastic_transport.client_utils import url_to_node_config

from tests.engines import distribution
from tests.engines.distribution import EngineError
from tests.engines.elasticsearch import DEFAULT, OLDEST, Engine, available, running


def test_default_engine_has_its_version(elasticsearch: Engine) -> None:
    """The default engine is the version that its name says."""
    assert {DEFAULT} == _versions(elasticsearch)


def test_oldest_engine_has_its_version(oldest_elasticsearch: Engine) -> None:
    """The oldest engine is the version that its name says."""
    assert {OLDEST} == _versions(oldest_elasticsearch)


def test_foreign_engine_is_not_ours_to_stop() -> None:
    """An engine that somebody else provides is never stopped."""
    with pytest.raises(EngineError, match="not ours"):
        Engine("http://127.0.0.1:9", DEFAULT, None).stop()


def test_url_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """ELASTICSEARCH_URL is enough for the default engine, and says nothing about the oldest."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(distribution, "SHA256", {})
    assert available(DEFAULT) is None
    assert "Elasticsearch 8.11.0 is not to be had: provide a Docker daemon" in (available(OLDEST) or "")


def test_lack_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing to take an engine from, one sentence names the three ways to provide one."""
    monkeypatch.delenv("ELASTICSEARCH_URL", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(distribution, "java_home", lambda: None)
    expected = "Elasticsearch 8.19.21 is not to be had: provide ELASTICSEARCH_URL, a Docker daemon, or JDK 17"
    assert (available(DEFAULT) or "").startswith(expected)
    with pytest.raises(EngineError, match="JDK 17"), running(DEFAULT):
        pass


def test_checksum_guards_the_zip(tmp_path: Path) -> None:
    """A zip whose checksum is not the one written down is refused, with both named."""
    zipped = tmp_path / "elasticsearch.zip"
    zipped.write_bytes(b"not what was promised")
    distribution.verify(zipped, hashlib.sha256(b"not what was promised").hexdigest())
    with pytest.raises(EngineError, match="expected 215d"):
        distribution.verify(zipped, distribution.SHA256[DEFAULT])


def test_unzip_keeps_permissions(tmp_path: Path) -> None:
    """What was executable in the zip is executable on disk, and nothing is writable by others."""
    zipped = tmp_path / "a.zip"
    with zipfile.ZipFile(zipped, "w") as opened:
        program = zipfile.ZipInfo("bin/program")
        program.external_attr = (stat.S_IFREG | 0o777) << 16
        opened.writestr(program, "#!/bin/sh\n")
    distribution.unzip(zipped, tmp_path)
    assert stat.S_IMODE((tmp_path / "bin/program").stat().st_mode) == 0o755


def test_engine_of_ours_is_unprivileged(elasticsearch: Engine) -> None:
    """A process of ours runs as nobody when the tests run as root, and as their user otherwise."""
    body = elasticsearch.body
    if not isinstance(body, distribution.Process) or body.running is None:
        pytest.skip("this engine runs in a container or elsewhere")
    user = distribution.owner()
    assert Path(f"/proc/{body.running.pid}").stat().st_uid == (user.pw_uid if user else os.geteuid())


def test_engine_ends_with_the_run(tmp_path: Path) -> None:
    """What ends us, be it SIGKILL, ends the engine: the pipe that keeps it closes."""
    started, stopped, engine = (tmp_path / name for name in ("started", "stopped", "engine"))
    trap = f"trap 'touch {stopped}; exit' TERM"
    engine.write_text(f"#!/bin/sh\n{trap}\ntouch {started}\nwhile :; do sleep 0.05; done\n")
    engine.chmod(0o755)
    words = ["/bin/sh", "-c", distribution.KEEPER, str(engine)]
    script = f"import subprocess, time; held = subprocess.Popen({words!r}, stdin=subprocess.PIPE); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script]) as holder:
        _await_file(started)
        holder.kill()
    _await_file(stopped)


def _await_file(path: Path) -> None:
    for _ in range(200):
        if path.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{path.name} did not happen")


def _versions(engine: Engine) -> set[str]:
    nodes = _ask(engine, "GET", "/_nodes/http?filter_path=nodes.*.version")["nodes"]
    assert isinstance(nodes, dict)
    return {node["version"] for node in nodes.values()}


def _ask(engine: Engine, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    transport = Transport([url_to_node_config(engine.url, use_default_ports_for_scheme=True)])
    try:
        headers = {"content-type": "application/json", "accept": "application/json"}
        answer = transport.perform_request(method, path, headers=headers, body=body, request_timeout=30).body
    finally:
        transport.close()
    assert isinstance(answer, dict)
    return answer
