"""What every test may ask for by name: real engines and programs of others, had at first use, and the recordings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from tests.engines import elasticsearch as engines
from tests.engines.distribution import EngineError
from tests.engines.elasticsearch import Engine
from tests.foreign.installation import Installation, installed

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
def foreign_programs() -> Installation:
    """The SDKs and mock servers of others, in an environment of their own."""
    try:
        return installed()
    except EngineError as error:
        _lacking(str(error))


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded exchanges: `LLMTAP_CORPUS`, or `shared/corpus` beside the checkout."""
    folder = Path(os.environ.get("LLMTAP_CORPUS") or CHECKOUT.parent / "shared/corpus")
    if not folder.is_dir():
        pytest.skip("no recordings: set LLMTAP_CORPUS to the folder that holds them")
    return folder


@contextmanager
def _engine(version: str) -> Iterator[Engine]:
    """An engine that answers; without one, the tests that ask for it end here."""
    if lacking := engines.available(version):
        _lacking(lacking)
    with engines.running(version) as engine:
        yield engine


def _lacking(sentence: str) -> NoReturn:
    """End in a skipped test that says what to provide; in a failed one where `LLMTAP_REQUIRE_ENGINES=1`."""
    if os.environ.get("LLMTAP_REQUIRE_ENGINES") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
