"""What every test may ask for by name: real engines, started at first use and once a run, and the recordings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines import elasticsearch as engines
from tests.engines.elasticsearch import Engine

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Engine]:
    """A running Elasticsearch of the default version; empty at first, shared by the whole run."""
    with _engine(engines.DEFAULT) as engine:
        yield engine


@pytest.fixture(scope="session")
def oldest_elasticsearch() -> Iterator[Engine]:
    """A running Elasticsearch of the oldest version supported."""
    with _engine(engines.OLDEST) as engine:
        yield engine


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded exchanges: `LLMTAP_CORPUS`, or `shared/corpus` beside the checkout."""
    folder = Path(os.environ.get("LLMTAP_CORPUS") or CHECKOUT.parent / "shared/corpus")
    if not folder.is_dir():
        pytest.skip("no recordings: set LLMTAP_CORPUS to the folder that holds them")
    return folder


@contextmanager
def _engine(version: str) -> Iterator[Engine]:
    """An engine, or a skipped test that says what to provide; a failed one where `LLMTAP_REQUIRE_ENGINES=1`."""
    if lacking := engines.available(version):
        if os.environ.get("LLMTAP_REQUIRE_ENGINES") == "1":
            pytest.fail(lacking, pytrace=False)
        pytest.skip(lacking)
    with engines.running(version) as engine:
        yield engine
