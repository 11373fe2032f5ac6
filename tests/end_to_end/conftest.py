"""The parts that end-to-end tests share: one simulated provider and one proxy a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.proxy import Proxy
from tests.fakes.provider import FakeProvider

RELAY = "relay.example.com"
REFUSING = "api.mistral.ai"


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    """The simulated provider, which also plays the relay."""
    with FakeProvider(hosts=("api.openai.com", "api.anthropic.com", RELAY)) as provider:
        yield provider


@pytest.fixture(scope="module")
def detour(provider: FakeProvider) -> dict[str, int]:
    """Where the hosts of the tests really are; nobody listens at one of them."""
    hosts = dict.fromkeys(provider.hosts, provider.port)
    return {**hosts, REFUSING: 1}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, provider: FakeProvider, detour: dict[str, int]) -> Iterator[Proxy]:
    """A running mitmdump with llmtap in front of the simulated provider."""
    folder = tmp_path_factory.mktemp("proxy")
    with Proxy(folder, detour=detour, provider_ca=Path(provider.ca_path)) as proxy:
        yield proxy
