"""What is known is listed, and an address is told as the proxy would take it."""

import json

import pytest

from tests.cli.conftest import Invoke


def test_what_is_known(invoke: Invoke) -> None:
    """Both tables, for people and for machines."""
    shown = invoke("providers")
    assert shown.exit_code == 0
    for word in ("azure.openai", "[a-z0-9-]+.openai.azure.(com|us|cn)", "localhost:11434", "openai_chat"):
        assert word in shown.stdout

    told = json.loads(invoke("providers", "--json").stdout)
    assert {"id": "openai", "name": "openai"}.items() <= told["providers"][0].items()
    assert "openai_chat" in told["wire_formats"]
    chat = next(row for row in told["endpoints"] if row["id"] == "openai.chat")
    assert (chat["operation"], chat["wire_format"], chat["read"]) == ("chat", "openai_chat", True)


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        ("api.openai.com", {"entry": "openai", "known": True, "opened": True, "port": 443}),
        ("relay.example.co.uk:8443", {"provider": "example.co.uk", "known": False, "opened": False, "port": 8443}),
        (
            "https://api.x.ai/v1/chat/completions?key=x",
            {"provider": "x_ai", "call": True, "operation": "chat", "wire_format": "openai_chat", "read": True},
        ),
        ("wss://api.openai.com/v1/responses", {"call": True, "path": "/v1/responses", "port": 443}),
        ("http://localhost:11434/api/chat", {"provider": "ollama", "operation": "chat"}),
        (
            "x.openai.azure.com/openai/deployments/gpt/chat/completions",
            {"provider": "azure.ai.openai", "model": "gpt", "method": "POST"},
        ),
        ("https://api.openai.com/v1/batches/batch_1", {"operation": "retrieve", "method": "GET"}),
        ("https://api.openai.com/v1/files", {"call": False, "known": True}),
        ("https://api.openai.com/v1/chat/completions", {"call": True, "certain": True}),
        ("https://relay.example.com/v1/messages", {"certain": False, "wire_format": "anthropic_messages"}),
        ("https://relay.example.com/index.html", {"call": False}),
        ("http://[::1]:11434", {"host": "::1", "entry": "local.ollama"}),
    ],
)
def test_an_address(invoke: Invoke, address: str, facts: dict[str, object]) -> None:
    """A host alone tells whose it is; with a path, what is called there."""
    told = json.loads(invoke("providers", "--json", address).stdout)
    assert facts.items() <= told.items()


def test_an_address_for_people(invoke: Invoke) -> None:
    """One fact a line; what is not known is a dash."""
    lines = invoke("providers", "https://relay.example.com/v1/chat/completions").stdout.splitlines()
    told = {line[:14].strip(): line[14:] for line in lines}
    assert (told["provider"], told["known"], told["wire format"], told["model"]) == (
        "example.com", "no", "openai_chat", "-",
    )  # fmt: skip


def test_a_host_that_is_not_opened_is_told_how_to_open_it(invoke: Invoke) -> None:
    """The line to write stands below the facts of an unknown host, and of no other."""
    assert "`capture: {hosts: [relay.example.com]}`" in invoke("providers", "relay.example.com").stdout
    assert "capture" not in invoke("providers", "api.openai.com").stdout


def test_the_help_shows_examples_as_they_are_typed(invoke: Invoke) -> None:
    """Each stands on a line of its own."""
    lines = invoke("providers", "--help").stdout.splitlines()
    assert any(line.split() == ["llmtap", "providers", "what", "is", "known"] for line in lines)


@pytest.mark.parametrize("address", ["http://", "https://[::1", "api.openai.com:port"])
def test_what_is_no_address(invoke: Invoke, address: str) -> None:
    """It is told in a sentence."""
    shown = invoke("providers", address)
    assert (2, "") == (shown.exit_code, shown.stdout)
    assert "neither a host nor a URL" in shown.stderr
