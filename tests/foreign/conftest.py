"""The mock servers, one of each for the whole run."""

from collections.abc import Iterator

import pytest

from tests.foreign import mocks
from tests.foreign.installation import Installation
from tests.foreign.mocks import Mock


@pytest.fixture(scope="session")
def llmock(foreign_programs: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """LLMock from PyPI: plausible counts, and faults on demand."""
    with mocks.llmock(foreign_programs, tmp_path_factory.mktemp("llmock")) as mock:
        yield mock


@pytest.fixture(scope="session")
def aimock(foreign_programs: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    """The aimock from npm: most providers."""
    with mocks.aimock(foreign_programs, tmp_path_factory.mktemp("aimock")) as mock:
        yield mock
