"""Entries of a HAR as Exchanges: what writers do differently makes no difference, and what they leave out is None."""

import json

import msgspec
import pytest

from llmtap import config
from llmtap.capture.exchange import Exchange, header
from llmtap.capture.provider import Providers
from llmtap.cli.harentry import HarEntry, exchange_of, flaw, seed
from llmtap.decode.body.lenient import read
from tests.cli.recorded import ANSWER, URL, Json, entry

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)
BEGAN = 1_793_527_200.0  # 2026-11-01T10:00:00Z


def exchange(said: Json) -> Exchange:
    """Return an entry as an Exchange."""
    made = asked(said)
    assert made is not None
    return made


def asked(said: Json) -> Exchange | None:
    """Return an entry as an Exchange, if it is a call."""
    return exchange_of(read(HarEntry, json.dumps(said).encode()), PROVIDERS, b"own", 5.0)


def with_request(**members: object) -> Json:
    """Return an entry whose request says something else."""
    said = entry()
    assert isinstance(said["request"], dict)
    return said | {"request": said["request"] | members}


def with_response(**members: object) -> Json:
    """Return an entry whose response says something else."""
    said = entry()
    assert isinstance(said["response"], dict)
    return said | {"response": said["response"] | members}


def test_an_entry_is_an_exchange() -> None:
    """Request, response, addresses and begin are what the entry says."""
    made = exchange(entry())
    assert made.response is not None
    assert ("POST", "api.openai.com", 443, "/v1/chat/completions") == (
        made.request.method, made.request.host, made.request.port, made.request.path,
    )  # fmt: skip
    assert (made.started, made.response.status, made.failure) == (BEGAN, 200, None)
    assert (made.server_host, made.server_port) == ("api.openai.com", 443)
    assert made.endpoint.wire_format == "openai_chat"


@pytest.mark.parametrize(
    ("more", "headers_at", "ended_at"),
    [
        ({}, None, None),
        ({"time": 0}, None, None),
        ({"timings": {}}, None, None),
        ({"timings": None, "time": None}, None, None),
        ({"time": 2500}, None, 2.5),
        ({"time": 2500, "timings": {"send": 1, "wait": 999, "receive": 1500}}, 1.0, 2.5),
        (
            {
                "time": 3000,
                "timings": {
                    "blocked": 100,
                    "dns": -1,
                    "connect": 400,
                    "ssl": 300,
                    "send": 0,
                    "wait": 500,
                    "receive": 2,
                },
            },
            1.0,
            3.0,
        ),
        ({"timings": {"send": 0, "wait": 500, "receive": 250}}, 0.5, 0.75),
        ({"timings": {"send": 0, "wait": 500, "receive": -1}}, 0.5, None),
        ({"time": 400, "timings": {"send": 0, "wait": 500, "receive": 0}}, 0.4, 0.4),
        ({"time": "NaN", "timings": {"wait": "x"}}, None, None),
        ({"time": 850, "timings": {"connect": 20, "ssl": 30, "send": 100, "wait": 400, "receive": 300}}, 0.5, 0.8),
        ({"time": 820, "timings": {"connect": 20, "ssl": 15, "send": 100, "wait": 400, "receive": 300}}, 0.52, 0.82),
    ],
)
def test_times_are_what_is_stated(more: Json, headers_at: float | None, ended_at: float | None) -> None:
    """Headers and end follow from the timings; what is missing, -1 or 0 is not known."""
    made = exchange(entry() | more)
    assert [headers_at, ended_at] == [made.headers_at, made.ended_at]
    assert (BEGAN, 0.0) == (made.started, made.origin)
    assert made.response is not None
    assert [at for at, _ in made.response.body.chunks] == [None]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-11-01T11:00:00.000+01:00", BEGAN),
        ("2026-11-01T11:00:00.0000000+0100", BEGAN),
        ("2026-11-01T10:00:00", BEGAN),
        (BEGAN, BEGAN),
        (BEGAN * 1000, BEGAN),
        ("yesterday", 5.0),
        (None, 5.0),
        ("9999-12-31T23:59:59Z", 5.0),
    ],
)
def test_the_begin(said: object, expected: float) -> None:
    """A date is read in any of its spellings; without one, the file dates the call."""
    assert exchange(entry() | {"startedDateTime": said}).started == expected


def test_the_answer_dates_a_call() -> None:
    """Without a begin, the answer's own date is the best witness."""
    said = with_response(headers=[{"name": "Date", "value": "Sun, 01 Nov 2026 10:00:00 GMT"}])
    assert exchange(said | {"startedDateTime": None}).started == BEGAN


@pytest.mark.parametrize(
    "headers",
    [
        [{"name": ":authority", "value": "api.openai.com"}, {"name": ":scheme", "value": "https"}],
        [{"name": "HOST", "value": "api.openai.com"}],
        {"host": "api.openai.com"},
    ],
)
@pytest.mark.parametrize("url", ["/v1/chat/completions", "https://203.0.113.7/v1/chat/completions"])
def test_where_it_went(headers: object, url: str) -> None:
    """The host stands in the URL, or in whichever header names it; pseudo headers are none of the message's."""
    made = exchange(with_request(url=url, headers=headers))
    assert (made.request.host, made.endpoint.provider) == ("api.openai.com", "openai")
    assert not [name for name, _ in made.request.headers if name.startswith(b":")]


def test_the_query_may_stand_apart() -> None:
    """A query that is not in the URL is put behind the path."""
    made = exchange(with_request(queryString=[{"name": "api-version", "value": "1 2"}]))
    assert made.request.path == "/v1/chat/completions?api-version=1+2"
    assert "local" == exchange(with_request(url="localhost:8000/v1/chat/completions")).endpoint.provider
    both = exchange(with_request(url=f"{URL}?a=b", queryString=[{"name": "a", "value": "b"}]))
    assert both.request.path == "/v1/chat/completions?a=b"


def test_the_content_type_may_stand_with_the_body() -> None:
    """A content type that only the body states is a header; a header goes first."""
    made = exchange(with_request(headers=[]))
    assert header(made.request.headers, "content-type") == "application/json"


@pytest.mark.parametrize(
    ("words", "type_"),
    [
        ("net::ERR_ABORTED", "client_disconnected"),
        ("NS_BINDING_ABORTED", "client_disconnected"),
        ("net::ERR_CONNECTION_REFUSED", "connection_refused"),
        ("net::ERR_NAME_NOT_RESOLVED", "dns_error"),
        ("net::ERR_CERT_AUTHORITY_INVALID", "tls_error"),
        ("net::ERR_TIMED_OUT", "timeout"),
        ("Client disconnected.", "client_disconnected"),
        (None, "_OTHER"),
    ],
)
def test_no_answer_is_a_failure(words: str | None, type_: str) -> None:
    """Status 0 or no response at all is a call without an answer, for the reason that the writer gives."""
    for said in (with_response(status=0, _error=words), entry() | {"response": None, "_error": words}):
        made = exchange(said)
        assert made.failure is not None
        assert (made.response, made.headers_at, made.failure.type) == (None, None, type_)


def test_an_answer_cut_off() -> None:
    """An error beside an answer is a stream that broke."""
    made = exchange(with_response(_error="net::ERR_CONNECTION_RESET"))
    assert made.failure is not None
    assert (made.failure.type, made.response is None) == ("stream_interrupted", False)


@pytest.mark.parametrize(
    "said",
    [
        with_request(url="http://["), with_request(url=""), with_request(url="chrome-extension://x/y"),
        with_request(url="https://a:99999/v1/chat/completions"), with_request(method="OPTIONS"), {},
    ],
)  # fmt: skip
def test_what_is_no_call(said: Json) -> None:
    """Other traffic, and addresses that are none, are no calls."""
    assert asked(said) is None


def test_an_entry_says_where_it_went() -> None:
    """Without a URL, a pseudo header may tell; without either it is a flaw."""
    path = [{"name": ":path", "value": "/v1/chat/completions"}, {"name": ":authority", "value": "api.openai.com"}]
    for said, flawed in ((entry(), False), (with_request(url=""), True), ({}, True), (with_request(url=[]), True)):
        assert flawed is (flaw(read(HarEntry, json.dumps(said).encode())) is not None)
    assert flaw(read(HarEntry, json.dumps(with_request(url="", headers=path)).encode())) is None
    assert "openai" == exchange(with_request(url="", headers=path)).endpoint.provider


def test_a_session_begins_as_a_request() -> None:
    """Live, the upgrade of a session is an HTTP request; so it is here."""
    made = exchange(with_request(url="wss://api.openai.com/v1/realtime", method="GET"))
    assert ("https", 443) == (made.request.scheme, made.request.port)


@pytest.mark.parametrize(
    ("said", "expected"), [("h2", "HTTP/2.0"), ("http/1.1", "HTTP/1.1"), ("HTTP/2", "HTTP/2.0"), ("", ""), (None, "")]
)
def test_versions_are_spelt_alike(said: str | None, expected: str) -> None:
    """Writers spell the version in many ways."""
    assert exchange(with_request(httpVersion=said)).request.http_version == expected


def test_a_body_left_out() -> None:
    """A stream that a browser did not keep is bytes dropped, not an empty answer."""
    made = exchange(with_response(content={"size": 700, "mimeType": "text/event-stream"}))
    assert made.response is not None
    assert (made.response.body.size, made.response.body.dropped) == (700, 700)


@pytest.mark.parametrize(
    ("members", "dropped"),
    [
        ({}, 1),
        ({"status": 204}, 0),
        ({"status": 401}, 0),
        ({"bodySize": 0}, 0),
        ({"headers": [{"name": "content-length", "value": "0"}]}, 0),
        ({"content": {"text": ""}}, 0),
    ],
)
def test_a_body_of_which_nothing_is_said(members: Json, dropped: int) -> None:
    """A text that is not there at all is a body left out, where nothing says that there was none."""
    made = exchange(with_response(**({"content": {"size": 0}, "bodySize": -1} | members)))
    assert made.response is not None
    assert (0, dropped) == (made.response.body.size, made.response.body.dropped)


def test_a_size_is_that_of_what_passed() -> None:
    """Content that is stated decoded passed encoded, and was as large as its message says."""
    encoded = [{"name": "content-encoding", "value": "gzip"}]
    for headers, size, expected in ((encoded, 77, 77), (encoded, -1, len(ANSWER)), ([], 77, len(ANSWER))):
        made = exchange(with_response(headers=headers, bodySize=size))
        assert made.response is not None
        assert (expected, 0) == (made.response.body.size, made.response.body.dropped)


def test_the_seed_is_the_call() -> None:
    """Equal entries have equal seeds, however they are written; another answer makes another."""
    one, other = (read(HarEntry, json.dumps(said).encode()) for said in (entry(), with_response(status=500)))
    again = msgspec.json.decode(json.dumps(entry(), indent=2, sort_keys=True).encode(), type=HarEntry)
    assert seed(one) == seed(again) != seed(other)
