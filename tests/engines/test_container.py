"""What we ask of Docker, seen from a stand-in on PATH that writes down its words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines import container
from tests.engines.container import IMAGE, Container

type Docker = Callable[[str], Path]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """Puts a `docker` on PATH that answers by the given shell `case` arms; returns the file of its words."""

    def install(arms: str) -> Path:
        asked = tmp_path / "asked"
        program = tmp_path / "docker"
        program.write_text(f'#!/bin/sh\necho "$*" >>{asked}\ncase "$1" in\n{arms}\nesac\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return asked

    return install


def test_one_container_is_made_and_kept(docker: Docker) -> None:
    """Stop and start keep the container that the first start made; removing takes its volumes along."""
    asked = docker("run) echo abc;;\ninspect) echo true;;")
    body = Container("8.11.0", 9999)
    body.start()
    assert body.failure() is None
    body.stop()
    body.start()
    body.remove()
    words = asked.read_text().splitlines()
    assert words[0].startswith("run --detach --publish 127.0.0.1:9999:9200 --env discovery.type=single-node")
    assert words[0].endswith(f"{IMAGE}:8.11.0")
    assert words[2:] == ["stop --time 20 abc", "start abc", "rm --force --volumes abc"]


def test_ended_container_is_a_failure(docker: Docker) -> None:
    """A container that does not run any more says so."""
    docker("run) echo abc;;\ninspect) echo false;;")
    body = Container("8.11.0", 9999)
    body.start()
    assert body.failure() == f"the container of {IMAGE}:8.11.0 ended"


def test_silent_daemon_is_no_daemon(docker: Docker) -> None:
    """A client without a daemon is as good as none."""
    docker("info) exit 1;;")
    assert not container.available()


def test_image_is_pulled_when_absent(docker: Docker) -> None:
    """An image is asked for locally first, then pulled; what cannot be pulled is not there."""
    asked = docker("image) exit 1;;\npull) exit 1;;")
    assert not container.pulled("8.11.0")
    assert asked.read_text().splitlines() == [f"image inspect {IMAGE}:8.11.0", f"pull --quiet {IMAGE}:8.11.0"]
