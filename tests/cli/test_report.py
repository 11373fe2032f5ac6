"""The report sums up the store, says what is unknown, and answers mistakes with a sentence."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from llmtap.export.outbox import Outbox
from tests.cli.conftest import Invoke, python
from tests.cli.documents import made


def test_the_overview_sums_by_model_team_and_outcome(invoke: Invoke, store: Outbox) -> None:
    """One table each, and a last line that covers every call."""
    assert store.counts().accepted == 4
    shown = invoke("report")
    assert shown.exit_code == 0
    for word in ("gpt-4o-mini", "claude-x", "payments", "rate_limit_exceeded"):
        assert word in shown.stdout
    lines = shown.stdout.splitlines()
    assert ["", ""] == [
        lines[lines.index(line) - 1].strip() for line in lines if line.startswith(("By team", "4 calls"))
    ]
    expected = "4 calls · 1 failed · 200 input and 40 output tokens · 0.002000 USD · unpriced: 2 · usage absent: 2"
    assert expected == shown.stdout.splitlines()[-1]


def test_rows_can_be_read_by_a_program(invoke: Invoke, store: Outbox) -> None:
    """`--json` prints one object a group, with null for what is unknown."""
    assert store.counts().accepted == 4
    found = json.loads(invoke("report", "--json", "--by", "provider").stdout)
    expected = [("openai", 3, 200, 64, {"USD": 0.002}), ("anthropic", 1, None, None, {})]
    assert expected == [
        (row["provider"], row["calls"], row["input_tokens"], row["cached_tokens"], row["cost"]) for row in found
    ]


def test_the_last_calls_are_listed_in_order(invoke: Invoke, store: Outbox) -> None:
    """`--last` lists the newest calls, the newest at the end."""
    assert store.counts().accepted == 4
    found = json.loads(invoke("report", "--last", "2", "--json").stdout)
    assert ["0003", "0004"] == [call["id"][-4:] for call in found]
    assert [None, "rate_limit_exceeded"] == [call["error"] for call in found]


def test_the_last_calls_may_be_of_a_time(invoke: Invoke, store: Outbox) -> None:
    """`--last` alone looks back without end; with `--since` it lists those of that time. `--by` has no place there."""
    assert store.counts().accepted == 4
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert [] == json.loads(invoke("report", "--last", "2", "--since", later, "--json").stdout)
    assert 2 == len(json.loads(invoke("report", "--last", "2", "--since", "1h", "--json").stdout))
    shown = invoke("report", "--last", "2", "--by", "team")
    assert (2, True) == (shown.exit_code, "give one of them" in shown.stderr)


def test_money_is_spelt_plainly(invoke: Invoke, store: Outbox) -> None:
    """An amount has no exponent, however small, and what was estimated stands apart."""
    small = made("01a20c53-0000-7000-8000-0000aaaa0005", cost=1e-8)[1]
    estimated = small.replace(b'"total": 1e-08', b'"estimated": 3E-7').replace(b"aaaa0005", b"aaaa0006")
    store.put([("01a20c53-0000-7000-8000-0000aaaa0005", small), ("01a20c53-0000-7000-8000-0000aaaa0006", estimated)])
    shown = invoke("report", "--last", "2", "--json").stdout
    assert '"cost": 0.00000001,' in shown
    assert '"cost_estimated": 0.0000003,' in shown
    assert "estimated besides: 1 call, <0.000001 USD" in invoke("report").stdout.splitlines()[-1]
    assert '"USD": 0.0000003' in invoke("report", "--json").stdout


def test_a_call_counts_when_it_was_made(invoke: Invoke, store: Outbox) -> None:
    """What was replayed today is no call of today; with `--since` it is left out, and `--last N` still finds N."""
    store.put([made("01a20c53-0000-7000-8000-0000aaaa0009", at="2026-01-01T10:00:00.000Z")])
    assert invoke("report").stdout.splitlines()[-1].startswith("4 calls")
    assert invoke("report", "--since", "all").stdout.splitlines()[-1].startswith("5 calls")
    listed = json.loads(invoke("report", "--last", "2", "--since", "24h", "--json").stdout)
    assert ["0003", "0004"] == [call["id"][-4:] for call in listed]


def test_without_a_call_the_report_says_what_to_do(invoke: Invoke, store_path: Path) -> None:
    """An empty store is told, in the lists too; a longer time is not advised to who asked for all."""
    Outbox(store_path, max_bytes=1 << 30, retention=1e9).close()
    for arguments in (("--since", "all"), ("--last", "3")):
        shown = invoke("report", *arguments)
        assert (0, True) == (shown.exit_code, shown.stdout.startswith("No call is recorded yet."))


def test_since_leaves_older_calls_out(invoke: Invoke, store: Outbox) -> None:
    """A report covers what was called since then."""
    assert store.counts().accepted == 4
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert "No call in this time." in invoke("report", "--since", later).stdout
    assert "4 calls" in invoke("report", "--since", "all").stdout


def test_an_old_terminal_gets_its_report(monkeypatch: pytest.MonkeyPatch, store: Outbox) -> None:
    """A character that the terminal's encoding lacks is a question mark, not an error."""
    assert store.counts().accepted == 4
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert "4 calls ? 1 failed" in python("-m", "llmtap", "report").stdout


def test_without_a_store_the_report_says_so(invoke: Invoke) -> None:
    """A missing store is told in a sentence, with exit code 1."""
    shown = invoke("report")
    assert (1, "") == (shown.exit_code, shown.stdout)
    assert "`llmtap run -- COMMAND` makes it" in shown.stderr


def test_an_unknown_key_is_answered_with_those_there_are(invoke: Invoke) -> None:
    """A typo in `--by` is told with what is allowed."""
    shown = invoke("report", "--by", "colour")
    assert shown.exit_code == 2
    assert "'provider'" in shown.stderr
