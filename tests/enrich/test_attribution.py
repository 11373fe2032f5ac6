"""Who called: the stronger witness wins, and credentials leave as hashes only."""

import unicodedata
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Client, Headers
from llmtap.enrich.attribution import LONGEST, Attribution, AttributionSettings, Rule, attribute, fingerprint
from tests.enrich.call import KEY, NOBODY, exchange, headers, inference

SALTED = AttributionSettings(key_salt="a salt that nobody knows")


def who(
    asked: Headers = (), client: Client = NOBODY, settings: AttributionSettings = SALTED, path: str = "/v1/x"
) -> Attribution:
    """Return the attribution of a call with these headers, from this client."""
    return attribute(exchange(asked=asked, client=client, path=path), inference(), settings)


def ruled(*rules: object) -> AttributionSettings:
    """Return settings with rules as they stand in YAML."""
    return AttributionSettings(rules=msgspec.convert(rules, tuple[Rule, ...]), key_salt=SALTED.key_salt)


def test_the_proxy_user_names_team_and_environment() -> None:
    """`HTTPS_PROXY=http://payments:Prod@host` attributes the call to payments in prod."""
    found = who(client=Client(proxy_user="payments", proxy_password="Prod"))
    assert ("payments", "prod") == (found.team, found.environment)


@given(password=st.text(min_size=1))
def test_a_password_that_is_no_environment_is_ignored(password: str) -> None:
    """Whatever stands in the password field becomes an environment only if it is the name of one."""
    found = who(client=Client(proxy_user="payments", proxy_password=password))
    assert found.environment is None or found.environment in SALTED.environments


def test_headers_speak_where_the_proxy_user_is_silent() -> None:
    """The proxy user beats the header, the header beats the rule, and the rule fills what nobody said."""
    settings = ruled({"set": {"team": "rules", "service": "rules", "environment": "rules", "user": "rules"}})
    asked = headers(X_Team_ID="headers", X_Environment="headers", X_Service_Name="headers")
    found = who(asked, Client(proxy_user="proxy", proxy_password="hunter2"), settings)
    assert ("proxy", "headers", "headers", "rules") == (found.team, found.environment, found.service, found.user)


@pytest.mark.parametrize(
    ("match", "matching"),
    [
        ({}, True),
        ({"client": "10.0.0.0/8"}, True),
        ({"client": "10.1.2.3"}, True),
        ({"client": "192.168.0.0/16"}, False),
        ({"client": "::/0"}, False),
        ({"user_agent": "openai/python*"}, True),
        ({"user_agent": "curl*"}, False),
        ({"key_hash": (fingerprint(KEY, SALTED.key_salt) or "")[:6].upper()}, True),
        ({"key_hash": "zz"}, False),
        ({"host": "*.openai.com", "proxy_user": "pay*"}, True),
        ({"host": "*.openai.com", "proxy_user": "ops"}, False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(match: dict[str, str], *, matching: bool) -> None:
    """CIDR, prefix of the key hash and globs (in any case) select the calls that a rule speaks about."""
    asked = headers(authorization=f"Bearer {KEY}", user_agent="OpenAI/Python 1.55.0")
    client = Client(ip="::ffff:10.1.2.3", proxy_user="payments")
    found = who(asked, client, ruled({"match": match, "set": {"service": "checkout"}}))
    assert ("checkout" if matching else None) == found.service


def test_earlier_rules_win_and_labels_add_up() -> None:
    """Each matching rule fills what the earlier ones left open, labels included."""
    settings = ruled(
        {"set": {"service": "first", "labels": {"tier": "gold"}}},
        {"set": {"service": "second", "user": "bot", "labels": {"tier": "tin", "cost_center": "42"}}},
    )
    found = who(settings=settings)
    assert ("first", "bot", (("cost_center", "42"), ("tier", "gold"))) == (found.service, found.user, found.labels)


def test_a_network_that_is_none_is_refused_at_start() -> None:
    """A rule with a malformed CIDR does not convert, so configuration can name it."""
    with pytest.raises(msgspec.ValidationError):
        ruled({"match": {"client": "10.0.0.0/99"}})


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (headers(Authorization=f"Bearer {KEY}"), "/v1/x"),
        (headers(authorization=KEY), "/v1/x"),
        (headers(x_api_key=KEY), "/v1/x"),
        (headers(api_key=KEY), "/v1/x"),
        (headers(x_goog_api_key=KEY), "/v1/x"),
        (headers(sec_websocket_protocol=f"realtime, openai-insecure-api-key.{KEY}"), "/v1/x"),
        ((), f"/v1beta/models/gemini:generateContent?alt=sse&key={KEY}"),
        (headers(authorization=f"AWS4-HMAC-SHA256 Credential={KEY}/20261123/eu/bedrock/aws4_request, Sig=1"), "/"),
    ],
)
def test_one_credential_has_one_hash(asked: Headers, path: str) -> None:
    """The hash of a credential is the same wherever it is sent, keyed, and 16 hexadecimal digits long."""
    assert who(asked, path=path).key_hash == fingerprint(KEY, SALTED.key_salt)
    assert who(asked, path=path, settings=AttributionSettings(key_salt="another")).key_hash != fingerprint(
        KEY, SALTED.key_salt
    )


def test_accounts_and_end_users_are_pseudonyms() -> None:
    """Organization, project and the body's user id are hashed; the answer's account beats the asked one."""
    call = exchange(
        asked=headers(OpenAI_Organization="org-asked", OpenAI_Project="proj-1"),
        answered=headers(openai_organization="org-real"),
    )
    asked = inference()
    found = attribute(call, replace(asked, request=replace(asked.request, user="ann@example.com")), SALTED)
    expected = [fingerprint(name, SALTED.key_salt) for name in ("org-real", "proj-1", "ann@example.com")]
    assert expected == [found.organization, found.project, found.end_user_hash]


def test_end_users_are_not_hashed_without_a_salt() -> None:
    """A hash of an e-mail address that anyone can compute would be a name."""
    asked = inference()
    asked = replace(asked, request=replace(asked.request, user="ann@example.com"))
    assert attribute(exchange(), asked, AttributionSettings()).end_user_hash is None


@pytest.mark.parametrize(
    ("traceparent", "ids"),
    [
        ("00-" + "4b" * 16 + "-" + "ab" * 8 + "-01", ("4b" * 16, "ab" * 8)),
        ("cc-" + "4b" * 16 + "-" + "ab" * 8 + "-01-what-comes", ("4b" * 16, "ab" * 8)),
        ("00-" + "4b" * 16 + "-" + "ab" * 8 + "-01-extra", (None, None)),
        ("ff-" + "4b" * 16 + "-" + "ab" * 8 + "-01", (None, None)),
        ("00-" + "00" * 16 + "-" + "ab" * 8 + "-01", (None, None)),
        ("00-" + "4b" * 16 + "-" + "00" * 8 + "-01", (None, None)),
        ("00-" + "4B" * 16 + "-" + "ab" * 8 + "-01", (None, None)),
        ("garbage", (None, None)),
    ],
)
def test_only_a_valid_traceparent_gives_ids(traceparent: str, ids: tuple[str | None, str | None]) -> None:
    """Trace and span id are those of W3C Trace Context; anything else is no trace."""
    found = who(headers(traceparent=traceparent))
    assert ids == (found.trace_id, found.span_id)


def test_the_conversation_is_the_bodys_unless_a_header_says_so() -> None:
    """The header beats the request's id, which beats the one that the answer gave."""
    asked = inference()
    asked = replace(asked, response=replace(asked.response, conversation_id="conv_answer"))
    assert attribute(exchange(), asked, SALTED).conversation_id == "conv_answer"
    asked = replace(asked, request=replace(asked.request, conversation_id="conv_body"))
    assert attribute(exchange(), asked, SALTED).conversation_id == "conv_body"
    call = exchange(asked=headers(X_Conversation_ID="conv_header"))
    assert attribute(call, asked, SALTED).conversation_id == "conv_header"


@given(value=st.binary(max_size=400), name=st.sampled_from(["x-team-id", "user-agent", "x-request-id", "traceparent"]))
def test_no_header_makes_it_raise(value: bytes, name: str) -> None:
    """Whatever bytes a client sends come out printable, bounded, or not at all."""
    found = who(((name.encode(), value),))
    for text in (found.team, found.user_agent, found.request_id):
        assert text is None or 0 < len(text) <= LONGEST
        assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text or "")


@given(path=st.text(), ip=st.text(), user=st.text(), password=st.text())
def test_nothing_that_a_client_is_makes_it_raise(path: str, ip: str, user: str, password: str) -> None:
    """Any path, address, proxy user and password are attributed, if only to nobody."""
    settings = ruled({"match": {"client": "10.0.0.0/8", "proxy_user": "[a-"}, "set": {"team": "x"}})
    assert who((), Client(ip=ip, proxy_user=user, proxy_password=password), settings, path) is not None


def test_a_password_is_hashed_with_a_salt_only() -> None:
    """What a person made up could be found by trying; a key could not."""
    asked = headers(authorization="Basic YW5uOmhlcmRvZw==")
    assert who(asked).key_hash is not None
    assert who(asked, settings=AttributionSettings()).key_hash is None
    assert who(headers(authorization=f"Bearer {KEY}"), settings=AttributionSettings()).key_hash is not None
