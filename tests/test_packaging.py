"""The wheel is whole: an installed llmtap needs no checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import llmtap

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-build-isolation", "--wheel-dir", folder, CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed into it, away from the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    _pip("install", "--no-compile", "--no-index", "--target", folder, wheel)
    return folder


def test_wheel_carries_every_file(wheel: Path) -> None:
    """The wheel holds all of the package, all of config/ as `_config`, and the script for `-s`."""
    expected = {
        "llmtap/tap.py",
        *(f"llmtap/{path}" for path in _files(CHECKOUT / "addon/llmtap")),
        *(f"llmtap/_config/{path}" for path in _files(CHECKOUT / "config")),
    }
    with zipfile.ZipFile(wheel) as opened:
        carried = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert expected == carried
    assert "llmtap/_config/llmtap.yaml" in carried


def test_version_is_said_once(wheel: Path) -> None:
    """The package and its metadata name one version."""
    assert wheel.name.startswith(f"llmtap-{llmtap.__version__}-")


def test_installed_llmtap_runs_outside_a_checkout(installed: Path, tmp_path: Path) -> None:
    """The command line starts, and the configuration is read, from the installed files alone."""
    script = "from llmtap.config import load, shipped; load(); print(shipped('llmtap.yaml').resolve(strict=True))"
    expected = installed.resolve() / "llmtap/_config/llmtap.yaml"
    assert _python(installed, tmp_path, "-c", script).strip() == str(expected)
    assert "Usage" in _python(installed, tmp_path, "-m", "llmtap", "--help")


def _files(folder: Path) -> set[str]:
    """The files below `folder`, but for what Python leaves there."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check", "--no-deps", *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _python(installed: Path, folder: Path, *words: str) -> str:
    """What Python prints that finds llmtap in `installed` first, run in `folder`."""
    environment = {"PATH": "", "PYTHONPATH": str(installed), "HOME": str(folder)}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_of_an_activated_environment_is_not_its_own(tmp_path: Path) -> None:
    """`make` may run in a shell that has .venv on PATH: what is found outlives the .venv that is made anew."""
    venv.create(tmp_path / "venv", symlinks=True)
    found = subprocess.run(
        [CHECKOUT / "scripts/find-python"],
        env={**os.environ, "PATH": f"{tmp_path / 'venv/bin'}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(found.stdout.strip()).is_file()
    assert not found.stdout.startswith(str(tmp_path))
