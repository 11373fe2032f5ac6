"""What a call used, as a document says it: tokens by OTel's names, other units by ours, nothing twice."""

from decimal import Decimal
from typing import Any

import pytest

from llmtap.decode.inference import Usage
from llmtap.enrich.estimate import Estimate
from llmtap.export.usage import counts, notes

NAMES = Usage.__struct_fields__


@pytest.mark.parametrize("name", NAMES)
def test_every_count_has_its_place(name: str) -> None:
    """Each field of a usage changes exactly one of the two parts, and there one value."""
    value: Any = True if name == "inconsistent" else 7
    stated = Usage(**{name: value})
    standard, ours = _flat(counts(stated) or {}), _flat(notes(stated, None, "reported"))
    assert sorted((standard | ours).values(), key=str) == sorted([stated.inconsistent or 7, "reported"], key=str)
    assert not standard.keys() & ours.keys()


def test_a_total_needs_both_sides() -> None:
    """One side alone is no total."""
    assert notes(Usage(5, 7), None, "reported") == {
        "source": "reported",
        "total_tokens": 12,
        "cache_write_5m_tokens": None,
        "cache_write_1h_tokens": None,
        "cache_write_30m_tokens": None,
        "cache_write_12h_tokens": None,
        "inconsistent": None,
    }
    assert notes(Usage(5), None, "reported")["total_tokens"] is None


def test_without_a_usage() -> None:
    """There is the source, and what was estimated."""
    assert counts(None) is None
    assert notes(None, None, "absent") == {"source": "absent"}
    estimated = {"input_tokens": 10, "output_tokens": 6, "method": "ratio"}
    assert notes(None, Estimate(10, 6, "ratio"), "estimated") == {"source": "estimated", "estimated": estimated}


def test_seconds_are_exact() -> None:
    """They are decimals, as they were stated."""
    assert notes(Usage(audio_seconds=Decimal("6.1")), None, "reported")["audio_seconds"] == Decimal("6.1")


def _flat(value: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, field in value.items():
        if isinstance(field, dict):
            found |= _flat(field, f"{prefix}{name}.")
        elif field is not None:
            found[prefix + name] = field
    return found
