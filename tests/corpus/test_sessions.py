"""Recorded WebSocket sessions: a call for each finished response and billed transcript, together the usage stated.

The counting here is a reader of our own that shares nothing with `llmtap`; the recorders kept no instants.
"""

import gzip
import json
import logging
from base64 import b64decode
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from llmtap.capture.exchange import Endpoint, Exchange, Request, Response
from llmtap.capture.sessions import calls
from llmtap.decode.decoder import decode
from llmtap.decode.inference import Inference

CAP = 16 * 1024 * 1024
HEARD = "conversation.item.input_audio_transcription.completed"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recorded:
    """One recorded session: who says what, in order."""

    source: str
    messages: list[tuple[bool, bytes]]

    @property
    def wire_format(self) -> str:
        """The dialect, told by how Google's begins."""
        return "gemini_live" if b'"setup' in self.messages[0][1] else "openai_realtime"

    def calls(self) -> list[Exchange]:
        """The calls that the session is made of."""
        endpoint = Endpoint("example", wire_format=self.wire_format, operation="realtime")
        request = Request("GET", "https", "api.example.com", 443, "/v1/realtime")
        upgrade = Exchange("id", 0.0, None, endpoint, request, Response(101))
        return calls(upgrade, [(None, by_client, data) for by_client, data in self.messages], CAP)

    def counted(self) -> Counter[str]:
        """How many responses were finished and words were heard at a price, and the tokens that are stated of them."""
        count = Counter[str]()
        turn: dict[str, int] = {}
        for by_client, data in self.messages:
            said: dict[str, Any] = json.loads(data)
            if by_client:
                continue
            if said.get("type") == HEARD and said.get("usage"):  # of the model that hears, not of the one that answers
                usage = said["usage"]
                count += Counter(finished=1, input=usage.get("input_tokens", 0), output=usage.get("output_tokens", 0))
            if said.get("type") == "response.done":
                usage = said["response"].get("usage") or said.get("usage") or {}
                count += Counter(finished=1, input=usage.get("input_tokens", 0), output=usage.get("output_tokens", 0))
            turn = said.get("usageMetadata") or turn
            if said.get("serverContent", {}).get("turnComplete"):
                spoken = turn.get("responseTokenCount") or turn.get("candidatesTokenCount") or 0
                output = spoken + turn.get("thoughtsTokenCount", 0)
                count += Counter(finished=1, input=turn["promptTokenCount"], output=output)
                turn = {}
        return count


@pytest.fixture(scope="module")
def sessions(corpus: Path) -> list[Recorded]:
    """Every recorded session."""
    found = []
    for file in sorted(corpus.glob("*.jsonl.gz")):
        with gzip.open(file) as lines:
            for number, line in enumerate(lines, 1):
                said = json.loads(line)
                if said["kind"] == "ws":
                    messages = [(each["dir"] == "c", b64decode(each["data_b64"])) for each in said["messages"]]
                    found.append(Recorded(f"{file.name}:{number}", messages))
    return found


def test_a_call_for_each_finished_response(sessions: list[Recorded]) -> None:
    """Every session gives as many calls as it has finished responses, and their usage adds up to what was stated."""
    total = Counter[str]()
    for session in sessions:
        decoded = [decode(call) for call in session.calls()]
        assert session.counted() == _sum(decoded), session.source
        total += session.counted()
    logger.info("%d sessions: %s", len(sessions), dict(total))
    assert len(sessions) > 0


def test_every_call_is_read_whole(sessions: list[Recorded]) -> None:
    """Each is complete, names its model, states its usage and has words or a call; nothing was unreadable."""
    for session in sessions:
        for call in session.calls():
            inference = decode(call)
            assert (inference.problems, call.failure, inference.response.completed) == ((), None, True)
            assert inference.wire_format == session.wire_format
            assert inference.request.model
            assert inference.response.usage is not None
            assert inference.response.messages or session.wire_format == "gemini_live"


def test_a_cut_costs_what_it_cuts(sessions: list[Recorded]) -> None:
    """A session that is cut anywhere still gives what was finished, and what was not as failed or as incomplete."""
    for session in sessions:
        for at in range(0, len(session.messages), max(1, len(session.messages) // 8)):
            cut = Recorded(session.source, session.messages[:at])
            if not cut.messages:
                continue
            decoded = [(call, decode(call)) for call in cut.calls()]
            finished = [inference for call, inference in decoded if inference.response.completed]
            assert cut.counted() == _sum(finished), (session.source, at)
            assert all(call.failure is None for call, inference in decoded if inference.response.completed)
            began = any(call.response and call.response.body.chunks for call, _ in decoded)
            assert began or len(decoded) == 1


def _sum(decoded: list[Inference]) -> Counter[str]:
    count = Counter[str]()
    for inference in decoded:
        usage = inference.response.usage
        assert usage is not None
        count += Counter(finished=1, input=usage.input_tokens or 0, output=usage.output_tokens or 0)
    return count
