"""Every recorded exchange through the corridor: what is recognised, whose usage is read, and why the rest has none."""

import logging
from pathlib import Path

import pytest

from tests.corpus.coverage import Found, carried, other, tables, walk, written
from tests.corpus.recordings import Recording

READ = 0.995
"""The least share of the answers that carry a usage whose usage is read."""
CACHES = "content kept for later questions"

logger = logging.getLogger(__name__)


@pytest.fixture(scope="module")
def walked(corpus: Path) -> list[tuple[Recording, Found | None]]:
    """Every recording, and what the corridor makes of it; that it makes something of each is the first law."""
    return list(walk(corpus))


@pytest.fixture(scope="module")
def calls(walked: list[tuple[Recording, Found | None]]) -> list[Found]:
    """What was recognised."""
    return [found for _, found in walked if found is not None]


def test_every_call_is_recognised(walked: list[tuple[Recording, Found | None]]) -> None:
    """What is taken for no call of an LLM is one of the things that were recorded beside them."""
    missed = [recording for recording, found in walked if found is None and other(recording) is None]
    assert [(recording.source, recording.method, recording.url) for recording in missed] == []


def test_what_counts_tokens_is_a_call(walked: list[tuple[Recording, Found | None]]) -> None:
    """No answer that counts tokens is taken for another's, but for those that say how large a kept content is."""
    missed = [recording for recording, found in walked if found is None and carried(recording)]
    posted = [recording for recording in missed if recording.method == "POST"]
    assert [recording.source for recording in posted if other(recording) != CACHES] == []


def test_usage_is_read_wherever_it_is_carried(calls: list[Found]) -> None:
    """A usage that an answer carries is read; a count that is not read counts something else, which has a name."""
    carrying = [found for found in calls if found.carried and (found.usage or found.other_count is None)]
    unread = [found.recording.source for found in carrying if not found.usage]
    for source in unread:
        logger.info("unread: %s", source)
    assert 1 - len(unread) / len(carrying) >= READ
    assert unread == []


def test_no_usage_is_made_up(calls: list[Found]) -> None:
    """Where the witness finds no counter, a usage that is read holds nothing but zeros."""
    made_up = [found for found in calls if found.usage and not found.carried]
    assert [found.recording.source for found in made_up if found.tokens] == []


def test_the_table_is_the_one_in_the_documentation(walked: list[tuple[Recording, Found | None]]) -> None:
    """The documentation says what is read of the recordings, no more and no less."""
    made = tables(walked)
    for line in made.splitlines():
        logger.info("%s", line)
    assert made == written()
