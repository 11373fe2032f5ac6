"""`make demo` runs the main job before the user's eyes, leaves nothing behind, and says so when it cannot."""

import subprocess
import sys
from pathlib import Path

import pytest

from demo.stage import CHECKOUT, DemoError, clean_environment, free_port, output_of, proxy, until_ready


def test_the_demo_runs_the_main_job(tmp_path: Path) -> None:
    """Every call of the unmodified programs is in the report, and one document is shown whole."""
    given = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(CHECKOUT / "addon"), "COLUMNS": "200"}

    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=CHECKOUT,
        env=clean_environment(given),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    for words in (
        "The capital of France is Paris",
        "Rate limit reached",
        "stream_interrupted",
        '"gen_ai": {',
        "llmtap run --",
        "mitmdump -s addon/tap.py --listen-host 127.0.0.1",
    ):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_application_knows_nothing_of_llmtap() -> None:
    """The demo's application imports the official SDKs and nothing else."""
    lines = (CHECKOUT / "demo/app.py").read_text().splitlines()

    assert [line for line in lines if "import " in line] == ["import anthropic", "import openai"]


def test_a_proxy_that_cannot_start_is_said_in_a_sentence(tmp_path: Path) -> None:
    """A proxy that ends at once, here because a folder stands where its store should be, is reported with its words."""
    (tmp_path / "llmtap.db").mkdir()

    with (
        pytest.raises(DemoError, match=r"(?s)ended at once.*llmtap\.db"),
        proxy(tmp_path, free_port(), {}, tmp_path / "provider-ca.pem"),
    ):
        raise AssertionError("the block runs without a proxy")


def test_a_proxy_that_never_listens_is_not_waited_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience ends with a sentence."""
    monkeypatch.setattr("demo.stage.PATIENCE", 0.2)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        try:
            with pytest.raises(DemoError, match="does not listen"):
                until_ready(process, free_port(), tmp_path / "store", tmp_path / "log")
        finally:
            process.kill()


def test_a_client_that_fails_is_said_with_its_output() -> None:
    """What a failed program printed is part of the sentence."""
    with pytest.raises(DemoError, match=r"(?s)The client failed with exit code 3.*so sorry"):
        output_of([sys.executable, "-c", "print('so sorry'); raise SystemExit(3)"], "The client", clean_environment({}))


def test_the_programs_are_led_past_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies, trust and base URLs of the user's own shell do not reach the demo's programs."""
    for name in ("https_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE", "OPENAI_BASE_URL", "LLMTAP_CONFIG"):
        monkeypatch.setenv(name, "elsewhere")

    assert "elsewhere" not in clean_environment({}).values()
