"""Sessions of a HAR: a call for each response, as live, however the writer states messages and times."""

import base64
import json
from typing import cast

import pytest

from llmtap import config
from llmtap.capture.exchange import Exchange
from llmtap.capture.provider import Providers
from llmtap.cli.harentry import HarEntry, exchange_of
from llmtap.cli.harsession import is_session, session
from llmtap.decode.body.lenient import read
from llmtap.decode.decoder import decode
from tests.cli import recorded
from tests.cli.recorded import SESSION, Json

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)
BEGAN = 1_793_527_200.0


def calls(said: Json) -> list[Exchange]:
    """Return the calls of an entry."""
    entry = read(HarEntry, json.dumps(said).encode())
    upgrade = exchange_of(entry, PROVIDERS, b"own", 5.0)
    assert is_session(entry)
    assert upgrade is not None
    return list(session(entry, upgrade, 1 << 20))


def restated(**members: object) -> Json:
    """Return a session each of whose messages says some things differently."""
    said = recorded.session(*SESSION)
    messages = cast("list[Json]", said["_webSocketMessages"])
    return said | {"_webSocketMessages": [message | members for message in messages]}


def test_a_call_for_each_response() -> None:
    """Each has its usage, its own id and its own instants."""
    made = calls(recorded.session(*SESSION, *SESSION))
    assert [(10.0, 12.0), (13.0, 15.0)] == [(call.origin, call.ended_at) for call in made]
    assert [BEGAN + 10, BEGAN + 13] == [call.started for call in made]
    usages = [decode(call).response.usage for call in made]
    assert [(7, 5), (7, 5)] == [usage and (usage.input_tokens, usage.output_tokens) for usage in usages]
    assert 2 == len({call.id for call in made})
    assert [None, None] == [call.failure for call in made]


def test_binary_messages_are_base64() -> None:
    """Opcode 2 states base64; a writer that states text all the same is read as well."""
    said = recorded.session(*SESSION)
    for message in cast("list[Json]", said["_webSocketMessages"])[1:]:
        message["opcode"] = 2
        message["data"] = base64.b64encode(str(message["data"]).encode()).decode()
    assert [(None, True)] == [(call.failure, decode(call).response.completed) for call in calls(said)]
    assert 1 == len(calls(restated(opcode=2)))


@pytest.mark.parametrize(
    ("time", "expected"),
    [(BEGAN + 3, 3.0), ((BEGAN + 3) * 1000, 3.0), ("2026-11-01T10:00:03Z", 3.0), (17.5, None)],
)
def test_times_of_messages(time: object, expected: float | None) -> None:
    """Seconds, milliseconds and dates are instants; what counts from elsewhere is none."""
    assert [expected] == [call.origin for call in calls(restated(time=time))]


def test_a_session_cut_off() -> None:
    """A response that the recording does not end is a failure, for the reason that the writer gives if it does."""
    made = calls(recorded.session(*SESSION[:2])) + calls(recorded.session(*SESSION[:2], _error="net::ERR_ABORTED"))
    assert ["_OTHER", "client_disconnected"] == [call.failure and call.failure.type for call in made]


def test_messages_left_out() -> None:
    """A session without its messages is one call of which no more is known; odd members cost nothing else."""
    for said in (recorded.session(), recorded.session(_webSocketMessages=None)):
        (call,) = calls(said)
        assert (call.failure, call.response and call.response.status) == (None, 101)
    assert 1 == len(calls(restated(colour="red") | {"response": None}))
    assert not is_session(read(HarEntry, json.dumps(recorded.entry(_webSocketMessages=[])).encode()))
