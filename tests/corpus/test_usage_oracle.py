"""Decoded usage against an oracle: what genai-prices reads of the same recorded answers.

The oracle wants one whole object, so streams are put together here by a reader of our own that shares nothing with
`llmtap.decode`. Where the two disagree, the reason must be one that this file knows; no recording is named.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from genai_prices import Usage as Reading
from genai_prices import extract_usage

from llmtap.capture.provider import Providers
from llmtap.config import load
from llmtap.decode.decoder import decode
from llmtap.decode.inference import Inference, Usage
from tests.corpus.recordings import Recording, recordings

type Json = dict[str, object]

OWNERS = {
    "anthropic_messages": ("anthropic", "claude-sonnet-4-5", "default"),
    "gemini_generate": ("google", "gemini-2.5-flash", "default"),
    "openai_chat": ("openai", "gpt-5", "chat"),
    "openai_embeddings": ("openai", "text-embedding-3-small", "embeddings"),
    "openai_responses": ("openai", "gpt-5", "responses"),
}
"""Each wire format's owner, a model of his that the oracle knows, and the oracle's name for the format.

The oracle refuses a whole answer when it does not know the model; what was counted does not depend on it."""

COUNTED = re.compile(rb'"(?:(?:prompt|input|completion|output|total)_tokens|promptTokenCount|prompt_n)"\s*:\s*[1-9]')

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """One recorded answer in a format that we read: what we made of it, and what the oracle reads of it, if it can."""

    recording: Recording
    inference: Inference
    reading: Reading | None

    @property
    def usage(self) -> Usage:
        """The usage that we decoded."""
        return self.inference.response.usage or Usage()


@pytest.fixture(scope="module")
def cases(corpus: Path) -> list[Case]:
    """Every recorded success in one of the wire formats."""
    providers = Providers(load(None).providers)
    made = (_case(recording, providers) for recording in recordings(corpus) if recording.status < 400)
    return [case for case in made if case is not None]


def test_no_disagreement_is_unexplained(cases: list[Case]) -> None:
    """Input, output, cache reads and cache writes are what the oracle reads, but for the reasons given below."""
    counts = Counter[str]()
    unexplained = []
    for case in cases:
        counts[f"{case.inference.wire_format}: recorded"] += 1
        if case.reading is None:
            continue
        reasons = _reasons(case.usage, case.reading)
        counts[f"{case.inference.wire_format}: {', '.join(sorted(reasons)) or 'equal'}"] += 1
        if "unexplained" in reasons:
            unexplained.append((case.recording.source, case.usage, case.reading))
    for outcome, count in sorted(counts.items()):
        logger.info("%5d %s", count, outcome)
    assert unexplained == []
    assert counts


def test_no_count_is_left_unread(cases: list[Case]) -> None:
    """An answer that states a count anywhere has a usage, whether the oracle can read it or not."""
    unread = [case for case in cases if case.usage == Usage() and COUNTED.search(case.recording.response_body)]
    assert [case.recording.source for case in unread] == []


def test_a_count_comes_from_the_answer(cases: list[Case]) -> None:
    """No usage is made up where the answer states none."""
    made_up = [case for case in cases if case.usage.input_tokens and not COUNTED.search(case.recording.response_body)]
    assert [case.recording.source for case in made_up] == []


def test_no_recording_makes_decoding_fail(corpus: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever was recorded, of any format, with any status: it decodes, and nothing unforeseen is logged."""
    providers = Providers(load(None).providers)
    with caplog.at_level(logging.ERROR):
        decoded = [decode(made) for made in (one.exchange(providers) for one in recordings(corpus)) if made is not None]
    assert decoded
    assert caplog.records == []


def _reasons(ours: Usage, theirs: Reading) -> set[str]:
    """Return why the two differ; the empty set says that they are equal.

    - no output, no input: what an answer does not state (an embedding's output) we leave absent; the oracle says 0.
    - reasoning outside: where the total says that reasoning is not in the output we add it (providers.md 1.6).
    - clamped: a part beyond its whole is cut to it and marked; the oracle lets it stand (providers.md 1.6).
    """
    reasons = set[str]()
    output = theirs.output_tokens
    if ours.input_tokens is None and theirs.input_tokens == 0:
        reasons.add("no input")
    elif ours.input_tokens != theirs.input_tokens:
        reasons.add("unexplained")
    if ours.output_tokens is None and output == 0:
        reasons.add("no output")
    elif ours.output_tokens != output:
        outside = ours.output_tokens == (output or 0) + (ours.reasoning_output_tokens or 0)
        reasons.add("reasoning outside" if outside else "unexplained")
    for part, whole in (
        (ours.cache_read_input_tokens, theirs.cache_read_tokens),
        (ours.cache_write_input_tokens, theirs.cache_write_tokens),
    ):
        if (part or 0) != (whole or 0):
            reasons.add("clamped" if ours.inconsistent and (part or 0) < (whole or 0) else "unexplained")
    return reasons


def _case(recording: Recording, providers: Providers) -> Case | None:
    exchange = recording.exchange(providers)
    if exchange is None:
        return None
    inference = decode(exchange)
    if inference.wire_format not in OWNERS:
        return None
    whole = _whole(recording)
    return Case(recording, inference, _read(whole, recording.url, inference.wire_format) if whole else None)


def _read(whole: Json, url: str, wire_format: str) -> Reading | None:
    """Return what the oracle reads: asked by URL first, then as an answer of the wire format's owner."""
    owner, model, flavor = OWNERS[wire_format]
    for name in (flavor, "default"):
        try:
            return extract_usage(whole, provider_api_url=url, api_flavor=name).usage
        except (LookupError, ValueError):
            continue
    try:
        named = whole | {"model": model, "modelVersion": model}
        return extract_usage(named, provider_id=owner, api_flavor=flavor).usage
    except (LookupError, ValueError):
        return None


def _whole(recording: Recording) -> Json | None:
    """Return the answer as one object that states usage: of a stream, the last one that does (merged for Anthropic).

    The `output_tokens` of a `message_start` is a placeholder (providers.md 1.6).
    """
    if not recording.streaming:
        return _object(recording.response_body)
    last: Json | None = None
    for event in _events(recording.response_body):
        response, message, groq = event.get("response"), event.get("message"), event.get("x_groq")
        if isinstance(message, dict) and event.get("type") == "message_start":
            last = message | {"usage": {**(message.get("usage") or {}), "output_tokens": 0}}
        elif event.get("type") == "message_delta" and last is not None:
            _overwrite(last["usage"], event.get("usage"))
        elif isinstance(response, dict) and response.get("usage"):
            last = response
        elif event.get("usage") or event.get("usageMetadata"):
            last = event
        elif isinstance(groq, dict) and groq.get("usage"):
            last = event | {"usage": groq["usage"]}
    return last


def _events(body: bytes) -> Iterator[Json]:
    if body.startswith(b"["):
        yield from json.loads(body)
    for block in re.split(rb"\r?\n\r?\n", body):
        data = b"\n".join(re.findall(rb"^data: ?(.*?)\r?$", block, re.MULTILINE))
        event = _object(data) if data else None
        if event is not None:
            yield event


def _object(data: bytes) -> Json | None:
    try:
        value = json.loads(data.decode("utf-8", "replace"))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _overwrite(usage: object, later: object) -> None:
    if isinstance(usage, dict) and isinstance(later, dict):
        usage.update({key: value for key, value in later.items() if value is not None})
