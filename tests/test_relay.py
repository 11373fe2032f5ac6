"""The relay decision: sticky by caller, monotone in the share, and no credential of the provider in what it returns."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Client, Endpoint, Headers
from llmtap.relay import RelaySettings, Target, bucket, caller_of, target

CHAT = Endpoint("openai", wire_format="openai_chat", operation="chat")
PATH = "/v1/chat/completions"
HEADERS: Headers = ((b"Authorization", b"Bearer sk-original"), (b"Content-Type", b"application/json"))

CALLERS = st.text(min_size=1, max_size=40)
SHARES = st.floats(min_value=0, max_value=100)


def settings(share: float = 100, base_url: str = "https://api.holysheep.ai/v1", **more: object) -> RelaySettings:
    """Return relay settings with a key that is easy to find."""
    return RelaySettings(base_url=base_url, api_key="hs-relay-key", share=share, **more)  # type: ignore[arg-type]


def sent(path: str = PATH, endpoint: Endpoint = CHAT, headers: Headers = HEADERS, **more: object) -> Target | None:
    """Return where a call of somebody goes when everybody goes to the relay."""
    return target(settings(**more), endpoint, path, headers, "user:somebody")  # type: ignore[arg-type]


def test_a_call_goes_to_the_relay_with_its_key() -> None:
    """Address and path are the relay's, the relay's key replaces the provider's."""
    secret = ("Authorization", "X-API-Key", "api-key", "x-goog-api-key", "Cookie", "X-Amz-Security-Token")
    found = sent(headers=tuple((name.encode(), b"secret") for name in (*secret, "content-type")))
    assert found is not None
    assert (found.scheme, found.host, found.port, found.path) == (
        "https",
        "api.holysheep.ai",
        443,
        "/v1/chat/completions",
    )
    assert found.set_headers == (("authorization", "Bearer hs-relay-key"),)
    assert {name.lower() for name in secret} <= found.drop_headers
    assert {"openai-organization", "openai-project"} <= found.drop_headers
    assert "content-type" not in found.drop_headers


@pytest.mark.parametrize(
    ("base_url", "port"),
    [("https://r.example", 443), ("https://r.example:8443/v1", 8443), ("http://127.0.0.1/v1", 80)],
)
def test_the_port_is_the_relays(base_url: str, port: int) -> None:
    """The one that its address names, else that of the scheme."""
    found = sent(base_url=base_url)
    assert found is not None
    assert found.port == port


def test_what_may_be_no_call_stays_direct() -> None:
    """An endpoint that is not certain goes to the provider, whatever the share."""
    assert sent(endpoint=Endpoint("openai", wire_format="openai_chat", certain=False)) is None


@pytest.mark.parametrize(
    ("base_url", "wire_format", "path", "expected"),
    [
        ("https://r.example/v1", "openai_chat", "/v1/chat/completions", "/v1/chat/completions"),
        ("https://r.example/v1/", "openai_responses", "/v1/responses", "/v1/responses"),
        ("https://r.example/api/openai/v1", "openai_embeddings", "/v1/embeddings", "/api/openai/v1/embeddings"),
        ("https://r.example/v1", "openai_moderations", "/v1/moderations", "/v1/moderations"),
        ("http://127.0.0.1:9999", "openai_completions", "/v1/completions", "/completions"),
        ("https://r.example/v1", "openai_chat", "/openai/v1/chat/completions", "/v1/chat/completions"),
        ("https://r.example/v1", "openai_chat", "/chat/completions", "/v1/chat/completions"),
        ("https://r.example/v1", "openai_images", "/v1/images/generations", "/v1/images/generations"),
        ("https://r.example/v1", "openai_audio", "/v1/audio/speech", "/v1/audio/speech"),
        ("https://r.example/v1", "openai_responses", "/v1/responses/resp_1", "/v1/responses/resp_1"),
        (
            "https://r.example/v1",
            "openai_chat",
            "/v1/chat/completions?trace=1&key=AIza",
            "/v1/chat/completions?trace=1",
        ),
        ("https://r.example/v1", "openai_chat", "/openai/deployments/gpt/chat/completions?api-version=1", None),
        ("https://r.example/v1", "openai_responses", "/backend-api/codex/responses", None),
        ("https://r.example/v1", "anthropic_messages", "/v1/messages", None),
        ("https://r.example/v1", "openai_realtime", "/v1/realtime", None),
        ("https://r.example/v1", None, "/v1/chat/completions", None),
    ],
)
def test_paths_are_mapped(base_url: str, wire_format: str | None, path: str, expected: str | None) -> None:
    """What an OpenAI-compatible API serves keeps its resource below the relay's base; all else stays direct."""
    found = sent(path, Endpoint("openai", wire_format=wire_format), base_url=base_url)
    assert (found and found.path) == expected


def test_only_the_traffic_of_named_providers_is_changed() -> None:
    """By default that is OpenAI's; a WebSocket is never redirected."""
    assert sent(endpoint=Endpoint("groq", wire_format="openai_chat")) is None
    assert sent(endpoint=Endpoint("groq", wire_format="openai_chat"), providers=("groq",)) is not None
    assert sent(headers=(*HEADERS, (b"Upgrade", b"websocket"))) is None


@given(CALLERS, SHARES)
def test_a_caller_stays_where_it_is(caller: str, share: float) -> None:
    """The same caller gets the same answer every time."""
    answers = {target(settings(share), CHAT, PATH, HEADERS, caller) is None for _ in range(3)}
    assert len(answers) == 1


@given(CALLERS, SHARES, SHARES)
def test_a_larger_share_only_adds_callers(caller: str, one: float, other: float) -> None:
    """Whoever goes to the relay at a share goes there at every larger one."""
    small, large = sorted((one, other))
    if target(settings(small), CHAT, PATH, HEADERS, caller) is not None:
        assert target(settings(large), CHAT, PATH, HEADERS, caller) is not None


@given(CALLERS)
def test_nobody_and_everybody(caller: str) -> None:
    """0 % is nobody, 100 % everybody."""
    assert target(settings(0), CHAT, PATH, HEADERS, caller) is None
    assert target(settings(100), CHAT, PATH, HEADERS, caller) is not None


@pytest.mark.parametrize("share", [1, 10, 33.3, 50, 99])
def test_the_share_is_met(share: float) -> None:
    """Of twenty thousand callers, the share goes to the relay, give or take one per cent of them all."""
    callers = [f"user:team-{number}" for number in range(20_000)]
    gone = sum(target(settings(share), CHAT, PATH, HEADERS, caller) is not None for caller in callers)
    assert gone / 200 == pytest.approx(share, abs=1)


def test_buckets_are_the_same_for_ever() -> None:
    """A caller's bucket depends on nothing but its key, so a restart or another process moves nobody."""
    assert [bucket("user:search"), bucket("team:blue"), bucket("address:10.0.0.1")] == [5968, 3365, 3455]


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=8, max_size=40),
    st.sampled_from(
        ["authorization", "X-Api-Key", "api-key", "x-goog-api-key", "Cookie", "Helicone-Auth", "X-My-Token"]
    ),
    st.sampled_from(
        ["key", "api_key", "api-key", "access_token", "Subscription-Key", "sig", "%6bey", "X-Amz-Signature"]
    ),
)
def test_no_credential_of_the_provider_travels(secret: str, name: str, parameter: str) -> None:
    """Wherever a request carries a credential, the target carries it neither in its path nor in a header that stays."""
    headers: Headers = ((name.encode(), secret.encode()), (b"x-harmless", b"1"))
    for written in (quote(secret, safe=""), quote_plus(secret, safe="")):
        found = sent(f"{PATH}?a=b&{parameter}={written}&c=d", headers=headers)
        assert found is not None
        assert found.path == "/v1/chat/completions?a=b&c=d"
        kept = {key: value for key, value in headers if key.decode().lower() not in found.drop_headers}
        assert kept == {b"x-harmless": b"1"}


def test_the_relays_key_is_shown_nowhere() -> None:
    """Neither the settings nor a target show the key when printed."""
    assert "hs-relay-key" not in f"{settings()!r} {settings()} {sent()!r}"
    assert "share=100" in repr(settings())


@pytest.mark.parametrize(
    ("client", "headers", "path", "expected"),
    [
        (Client("10.0.0.1", proxy_user="search"), ((b"X-Team-ID", b"blue"), *HEADERS), PATH, "user:search"),
        (Client("10.0.0.1"), ((b"x-team-id", b"blue"), *HEADERS), PATH, "team:blue"),
        (Client("10.0.0.1"), (), PATH, "address:10.0.0.1"),
        (Client(), (), PATH, "address:None"),
    ],
)
def test_who_calls(client: Client, headers: Headers, path: str, expected: str) -> None:
    """The strongest witness names the caller: proxy user, team, credential, address."""
    assert caller_of(client, headers, path) == expected


def test_a_credential_tells_callers_apart_without_showing() -> None:
    """A key in a header or in the query is one caller, shown as a fingerprint only."""
    client = Client("10.0.0.1")
    first = caller_of(client, HEADERS)
    same = caller_of(client, ((b"authorization", b"bearer sk-original"),))
    other = caller_of(client, ((b"x-api-key", b"sk-other"),))
    query = caller_of(client, (), "/v1/models/m:generateContent?alt=sse&key=AIzaSomething")
    assert first == same
    assert len({first, other, query}) == 3
    assert all(
        one.startswith("credential:") and "sk-" not in one and "AIza" not in one for one in (first, other, query)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"share": 101}, "`share` is 101; it must be from 0 to 100"),
        ({"share": -0.1}, "`share` is -0.1"),
        ({"share": float("nan")}, "`share` is nan"),
        ({"name": " "}, "`name` is empty"),
        ({"api_key": ""}, "`api_key` must be one line"),
        ({"api_key": "a\r\nx: y"}, "`api_key` must be one line"),
        ({"base_url": "api.relay.example/v1"}, "`base_url` is no http:// or https:// URL"),
        ({"base_url": "https:///v1"}, "`base_url` has no host"),
        ({"base_url": "https://r.example:99999/v1"}, "`base_url` has a host or port that cannot be"),
        ({"base_url": "https://user:secret@r.example/v1"}, "`base_url` holds a user or a password"),
        ({"base_url": "https://r.example/v1?key=secret"}, "`base_url` has a query"),
    ],
)
def test_bad_settings_are_refused(changes: dict[str, object], message: str) -> None:
    """The reason names the key and what is allowed, and never repeats a secret."""
    good: dict[str, object] = {"base_url": "https://r.example/v1", "api_key": "k"}
    with pytest.raises(ValueError, match="`") as caught:
        RelaySettings(**(good | changes))  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert "secret" not in str(caught.value)
