"""The canary law: no credential and no content, wherever they stood, is in what may be kept."""

import json
from dataclasses import fields, replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Client, Endpoint, Failure, Headers, header
from llmtap.decode.inference import Inference, InferenceRequest, InferenceResponse, Message, Part, ProviderError
from llmtap.enrich.attribution import AttributionSettings, attribute
from llmtap.enrich.privacy import LONGEST, MOST, PrivacySettings, Redacted, redact
from llmtap.enrich.prose import LONGEST_MESSAGE, prose
from llmtap.enrich.secret import PREFIX, REDACTED
from tests.enrich.call import KEY, exchange, headers, inference

PACKAGE = Path(__file__).parent.parent.parent / "addon/llmtap"
SETTINGS = AttributionSettings(key_salt="a salt that nobody knows")
PROMPT = "The merger with Globex closes on Friday for 12 million"
QUESTION = (Message("user", (Part("text", PROMPT),)),)

CANARIES = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+/", min_size=PREFIX).map(
    lambda text: f"Zx{text}"
)
CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "proxy-authorization", "x-auth-token",
            "sec-websocket-protocol")  # fmt: skip
ECHOES = ("message", "code", "type", "tool", "model", "answered", "id", "reason", "tier", "agent", "team", "path",
          "failure", "request_id", "endpoint", "host")  # fmt: skip


def kept(redacted: Redacted) -> str:
    """Return all that a document could be made of, in both ways of writing it down."""
    return repr(redacted) + msgspec.json.encode(redacted).decode()


def planted(canary: str, place: str, echo: str) -> Redacted:
    """Return what is kept of a call that carried `canary` in `place` and whose text repeats it in an `echo`."""
    said = {name: f"about {canary}, see there" if name == echo else name for name in ECHOES}
    special = {"cookie": f"session={canary}", "sec-websocket-protocol": f"realtime, openai-insecure-api-key.{canary}"}
    value = special.get(place, f"Bearer {canary}")
    asked: Headers = ((b"user-agent", said["agent"].encode()), (b"x-team-id", said["team"].encode()))
    path = f"/v1/{said['path']}"
    client = Client(ip="10.0.0.1", proxy_user="team" if echo != "team" else None)
    if place == "query":
        path += f"?alt=sse&key={canary}"
    elif place == "password":
        client = replace(client, proxy_password=canary)
    else:
        asked = (*asked, (place.encode(), value.encode()))
    call = exchange(
        path=path,
        asked=asked,
        answered=headers(x_request_id=said["request_id"]),
        client=client,
        failure=Failure("_OTHER", said["failure"]),
        host=said["host"],
        model=said["endpoint"],
    )
    asked_for = InferenceRequest(model=said["model"], tools=("search", said["tool"]), user=canary, messages=QUESTION)
    error = ProviderError(said["type"], said["code"], said["message"])
    got = InferenceResponse(said["id"], said["answered"], (said["reason"],), None, error, service_tier=said["tier"])
    understood = Inference("chat", "openai_chat", asked_for, got)
    return redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())


@given(canary=CANARIES, place=st.sampled_from((*CARRIERS, "query", "password")), echo=st.sampled_from(ECHOES))
def test_a_credential_never_comes_through(canary: str, place: str, echo: str) -> None:
    """A secret that a call carried is nowhere in what is kept, though it was repeated; not even its beginning."""
    found = kept(planted(canary, place, echo))
    assert canary not in found
    assert canary[:PREFIX] not in found


@given(canary=st.from_regex(r"sk-proj-[A-Za-z0-9]{20,30}", fullmatch=True), echo=st.sampled_from(ECHOES))
def test_a_foreign_key_never_comes_through(canary: str, echo: str) -> None:
    """A key that the call did not carry itself (in a tool's name, in an error) is known by its shape."""
    asked = planted("another-credential", "x-api-key", echo)
    assert canary not in kept(replace(planted(canary, "x-api-key", echo), attribution=asked.attribution))
    assert canary not in prose(f"Incorrect API key provided: {canary}.")


@pytest.mark.parametrize("place", ["type", "code", "message", "failure", "tool", "model", "served", "request_id"])
@pytest.mark.parametrize("canary", ["Zx9LmNo33vXyTt7Kd02Qr", 'Zx"9LmNo33vXyTt7', "Zx\\9LmNo33vXyTt7"])
def test_a_credential_alone_never_comes_through(canary: str, place: str) -> None:
    """Not where it is all that a field says, and reads like an identifier; nor where it is written with an escape."""
    said = {name: canary if name == place else None for name in ("type", "code", "message", "tool", "model")}
    error = ProviderError(said["type"], said["code"], said["message"])
    asked, got = InferenceRequest(tools=(said["tool"] or "search",)), InferenceResponse(model=said["model"])
    call = exchange(
        asked=headers(x_api_key=canary),
        answered=headers(x_request_id=canary if place == "request_id" else "req_1"),
        failure=Failure(canary, "") if place == "failure" else None,
    )
    call = replace(call, endpoint=replace(call.endpoint, served_by=canary if place == "served" else None))
    understood = Inference("chat", "openai_chat", asked, replace(got, error=error if any(said.values()) else None))
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    assert canary not in repr(found)
    assert canary[:PREFIX] not in kept(found)
    assert REDACTED in kept(found)


@given(length=st.integers(0, 600), echo=st.sampled_from(ECHOES))
def test_a_cut_does_not_halve_a_secret(length: int, echo: str) -> None:
    """Wherever a text is cut to its bound, at most `PREFIX - 1` characters of a secret stay before the cut."""
    canary = "Zx9LmNo33vXyTt7Kd02Qr"
    found = planted(canary, "x-api-key", echo)
    agent = f"{'x' * length} {canary}"
    call = exchange(asked=headers(x_api_key=canary, user_agent=agent))
    attribution = attribute(call, inference(), SETTINGS)
    again = redact(call, inference(), attribution, PrivacySettings())
    assert canary[:PREFIX] not in kept(found) + kept(again)


def test_content_is_not_even_representable() -> None:
    """Prompts, answers, end users, stop sequences, query strings, headers and bodies have no place in `Redacted`."""
    names = {field.name for field in fields(Redacted)}
    assert not names & {"headers", "query", "body", "messages", "content", "request", "response"}
    asked = InferenceRequest(model="gpt-5", user="ann@example.com", stop_sequences=("Friday",), messages=QUESTION)
    answer = InferenceResponse(messages=(Message("assistant", (Part("tool_call", PROMPT, "call_1", "transfer"),)),))
    understood = Inference("chat", "openai_chat", asked, answer, (1.0, 2.0))
    call = exchange(path=f"/v1/chat/completions?q={PROMPT}", asked=headers(x_custom=PROMPT))
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    for word in ("Globex", "Friday", "ann@", "transfer"):
        assert word not in kept(found)
    assert (1, "/v1/chat/completions") == (found.tools_called, found.path)


def test_an_unread_request_does_not_come_back_in_an_error() -> None:
    """Of a request that no wire format could read, an error and a close reason repeat nothing."""
    call = exchange(body=json.dumps({"unheard": {"of": PROMPT}}).encode(), failure=Failure("_OTHER", f"bye: {PROMPT}"))
    understood = Inference("unknown", None, response=InferenceResponse(error=ProviderError(message=f"no: {PROMPT}")))
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    assert "Globex" not in kept(found)
    assert ("bye: [QUOTED]", "no: [QUOTED]") == (
        found.failure and found.failure.message,
        found.inference.response.error and found.inference.response.error.message,
    )


@pytest.mark.parametrize("failed", [True, False])
def test_what_was_asked_does_not_come_back_unquoted(failed: bool) -> None:  # noqa: FBT001 -- one of two places
    """Words that the request said go out of an error and out of a failure, either of them alone."""
    call = exchange(body=json.dumps({"input": PROMPT}).encode(), failure=Failure("_OTHER", PROMPT) if failed else None)
    answer = InferenceResponse(error=None if failed else ProviderError(message=PROMPT))
    understood = Inference("chat", "openai_chat", InferenceRequest(messages=QUESTION), answer)
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    assert "Globex" not in kept(found)
    assert "[QUOTED]" in kept(found)


def test_redact_is_the_only_maker() -> None:
    """The package calls `Redacted(...)` once."""
    made = [file.name for file in PACKAGE.rglob("*.py") if "Redacted(" in file.read_text()]
    assert made == ["privacy.py"]
    assert (PACKAGE / "enrich/privacy.py").read_text().count("Redacted(\n") == 1


def test_what_is_harmless_is_kept_as_it_is() -> None:
    """An ordinary call loses nothing but its content."""
    call = exchange(client=Client(ip="10.0.0.1", proxy_user="payments", proxy_password="prod", tls_version="TLSv1.3"))
    understood = inference(asked="gpt-5", answered="gpt-5-2025-08-07")
    attribution = attribute(call, understood, SETTINGS)
    found = redact(call, understood, attribution, PrivacySettings())
    assert (understood, attribution, call.endpoint) == (found.inference, found.attribution, found.endpoint)
    assert ("application/json", "application/json", "req_1", "TLSv1.3") == (
        found.request_mime,
        found.response_mime,
        found.provider_request_id,
        found.tls_version,
    )
    assert (200, 2, 2, 0, 0) == (
        found.status,
        found.request_bytes,
        found.response_bytes,
        found.request_bytes_dropped,
        found.response_bytes_dropped,
    )


def test_what_did_not_come_back_is_none() -> None:
    """A refused call has no status, no size and no type of an answer."""
    call = replace(exchange(), response=None, failure=Failure("connection_refused", "nobody listens"))
    found = redact(call, inference(), attribute(call, inference(), SETTINGS), PrivacySettings())
    assert (None, None, None, None) == (
        found.status,
        found.response_bytes,
        found.response_mime,
        found.provider_request_id,
    )
    assert found.failure == Failure("connection_refused", "nobody listens")


def test_a_key_that_reads_like_our_words_does_not_blot_them_out() -> None:
    """A key `anthropic-key-1` strikes neither the provider nor the wire format."""
    call = replace(exchange(asked=headers(x_api_key="anthropic-key-1")), endpoint=Endpoint("anthropic"))
    understood = replace(inference(asked="anthropic-key-1"), wire_format="anthropic_messages")
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    assert ("anthropic", "anthropic_messages", REDACTED) == (
        found.endpoint.provider,
        found.inference.wire_format,
        found.inference.request.model,
    )


@pytest.mark.parametrize("key", ["retrieve-key-1", "unreadable-key-1"])
def test_what_we_say_ourselves_is_kept(key: str) -> None:
    """A key that begins like an operation or a problem strikes neither."""
    understood = replace(inference(asked=key), operation="retrieve", problems=("unreadable body",))
    call = exchange(asked=headers(x_api_key=key))
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings()).inference
    assert (found.operation, found.problems, found.request.model) == ("retrieve", ("unreadable body",), REDACTED)


def test_an_environment_that_a_password_names_is_kept() -> None:
    """It is long enough to be a secret, and is none."""
    call = exchange(client=Client(ip="10.0.0.1", proxy_user="payments", proxy_password="production"))
    understood = inference(asked="a-production-model")
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    assert (found.attribution.environment, found.inference.request.model) == ("production", "a-production-model")


REQUEST_IDS = (
    "x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-generation-id", "x-kong-request-id",
    "x-debug-trace-id", "x-ds-trace-id", "inference-id", "eagleeye-traceid", "x-baseten-request-id", "dg-request-id",
    "cf-ray",
)  # fmt: skip


@pytest.mark.parametrize("place", range(len(REQUEST_IDS)))
def test_the_most_telling_request_id_is_kept(place: int) -> None:
    """The names of providers.md 1.9 in their order; a name that says nothing hides none behind it."""
    answered = tuple((name.encode(), name.upper().encode()) for name in reversed(REQUEST_IDS[place:]))
    call = exchange(answered=answered)
    found = redact(call, inference(), attribute(call, inference(), SETTINGS), PrivacySettings())
    assert found.provider_request_id == REQUEST_IDS[place].upper()


def test_who_served_it_is_what_the_answer_says() -> None:
    """A router names whom it asked, else the address does."""
    for answered, served in (({"x_inference_provider": "together"}, "together"), ({}, "novita")):
        call = exchange(answered=headers(**answered))
        call = replace(call, endpoint=replace(call.endpoint, served_by="novita"))
        found = redact(call, inference(), attribute(call, inference(), SETTINGS), PrivacySettings())
        assert found.served_by == served


def test_a_long_text_keeps_what_its_bound_allows() -> None:
    """A message and a path that are struck may be longer than a name."""
    message, path = f"{'a word ' * 60}{KEY}", f"/{'a/' * 400}{KEY}"
    understood = Inference("chat", None, response=InferenceResponse(error=ProviderError(message=message)))
    call = exchange(path=path)
    found = redact(call, understood, attribute(call, understood, SETTINGS), PrivacySettings())
    error = found.inference.response.error
    assert error is not None
    assert error.message == f"{'a word ' * 60}{REDACTED}"
    assert found.path == f"/{'a/' * 400}{REDACTED}"


@given(text=st.text(max_size=4000), count=st.integers(0, 2 * MOST))
def test_every_string_is_bounded(text: str, count: int) -> None:
    """Names have at most 256 characters, messages 512, lists 256 entries, and all of it is JSON."""
    asked = InferenceRequest(model=text, tools=(text[:300],) * count)
    got = InferenceResponse(id=text * 2, error=ProviderError(text, text, text))
    understood = Inference("chat", None, asked, got)
    found = redact(exchange(), understood, attribute(exchange(), understood, SETTINGS), PrivacySettings())
    error = found.inference.response.error
    assert error is not None
    assert len(found.inference.request.model or "") <= LONGEST
    assert len(found.inference.response.id or "") <= LONGEST
    assert len(error.message or "") <= LONGEST_MESSAGE
    assert len(found.inference.request.tools) <= MOST
    assert json.loads(msgspec.json.encode(found))


def test_an_unpaired_surrogate_does_not_break_a_document() -> None:
    """What cannot be written as UTF-8 is replaced."""
    understood = inference(asked="gpt\ud800-5")
    found = redact(exchange(), understood, attribute(exchange(), understood, SETTINGS), PrivacySettings())
    assert found.inference.request.model == "gpt -5"


def test_a_request_header_is_never_kept_but_by_attribution() -> None:
    """The authorization header has no place to stand in."""
    assert (header(exchange().request.headers, "authorization") or "") not in kept(
        planted("Zx12345678", "cookie", "path")
    )
