"""Credentials: recognised by where they stand and by how they look, struck wherever they turn up again."""

import base64
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.capture.exchange import Client
from llmtap.enrich.secret import (
    REDACTED,
    bare,
    credential,
    credential_name,
    offered,
    printable,
    query,
    secrets,
    strike,
    strike_path,
    suspicious,
)
from tests.enrich.call import KEY, exchange, headers

SHAPES = [
    "sk-proj-Zq81LmNo33vXyTt7Kd02",
    "sk-ant-api03-AbCdEfGh1234_IjKlMnOp5678-QrStUvWxAA",
    "sk-abcdefghijklmnopqrst",
    "sk-proj-****************abcd",
    "sk-ab...wxyz",
    "sk-or-v1-0123456789abcdef",
    "sk_live_0123456789abcdef",
    "rk_live_0123456789abcdef",
    "pk_live_0123456789abcdef",
    "rk-0123456789abcdef",
    "pk-lf-0123456789abcdef",
    "csk-0123456789abcdefghij",
    "fw_0123456789abcdefghij",
    "tgp_v1_0123456789abcdefghij",
    "glpat-0123456789abcdefghij",
    "dapi0123456789abcdef0123456789abcdef",
    "xoxb-0123456789-abcdefghij",
    "AIzaSyA-0123456789abcdefghijklmnopqrstu",
    "gsk_0123456789abcdefghijABCDEFGHIJ",
    "xai-0123456789abcdefghijABCDEFGHIJ",
    "hf_abcdefghijABCDEFGHIJ0123456789",
    "r8_abcdefghijABCDEFGHIJ0123456789",
    "pplx-0123456789abcdef0123456789abcdef",
    "nvapi-0123456789abcdef0123456789abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ",
    *(f"gh{kind}_0123456789abcdefghijABCDEFGHIJ" for kind in "ousr"),
    "github_pat_0123456789abcdefghij_ABCDEFGHIJ",
    "ya29.a0AfH6SMBx-0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Bearer 0123456789abcdef",
    "BEARER 0123456789abcdef",
    "Basic dXNlcjpwYXNzd29yZA==",
    "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBKf\n-----END EC PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY----- MHcCAQEEIBKf cut short",
    "api_key=topsecret1",
    "access_token%3Dtopsecret1",
    "access_token%3dtopsecret1",
    "********************1234",
]
HARMLESS = [
    "gpt-4o-mini-2024-07-18",
    "xai-org/grok-2",
    "pplx-7b-online",
    "risk-assessment-2024",
    "claude-sonnet-4-5@20250929",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "max_tokens=4096 is too large",
    "Missing bearer authentication in header",
    "OpenAI/Python 1.55.0 (+https://github.com/openai/openai-python)",
    "chatcmpl-AbCdEfGhIjKlMnOpQrStUvWx",
    "use **bold** words",
    "https://platform.openai.com/account/api-keys",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_vendors_key_is_struck(shape: str) -> None:
    """A credential of a known shape is gone, whether it stands alone or in a sentence, whole or masked."""
    assert strike(shape).startswith(REDACTED)
    sentence = strike(f"Incorrect API key provided: {shape}")
    assert sentence == f"Incorrect API key provided: {REDACTED}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_resembles_a_key_stays(text: str) -> None:
    """Models, ids and ordinary words are not struck."""
    assert strike(text) == text


def test_userinfo_of_a_url_is_struck() -> None:
    """User and password of a URL are gone; its host stays."""
    assert strike("via http://team:hunter2@proxy:8080/") == f"via http://{REDACTED}@proxy:8080/"


@pytest.mark.parametrize(
    "name",
    ["Authorization", "Proxy-Authorization", "X-API-Key", "api-key", "x-goog-api-key", "Cookie", "X-Amz-Security-Token",
     "ocp-apim-subscription-key", "Helicone-Auth", "cf-aig-authorization", "X-Amz-Signature", "sig", "code", "key"],
)  # fmt: skip
def test_a_credential_is_known_by_its_name(name: str) -> None:
    """Headers and query parameters of these names carry credentials, in any case."""
    assert credential_name(name)
    assert credential_name(name.lower())


@pytest.mark.parametrize(
    "name",
    ["user-agent", "x-team-id", "idempotency-key", "x-portkey-provider", "api-version", "x-amz-user-agent", "alt"],
)
def test_other_names_carry_none(name: str) -> None:
    """Ordinary fields are no credentials."""
    assert not credential_name(name)


def test_every_form_of_a_credential_is_known() -> None:
    """The token without its scheme, both halves of Basic, each cookie, query values raw and decoded, the password."""
    basic = base64.b64encode(b"somebody:passphrase").decode()
    asked = headers(authorization=f"Bearer {KEY}", proxy_authorization=f"Basic {basic}", cookie="a=cookie-one; b=1")
    answered = headers(set_cookie="session=cookie-two; Path=/; Secure")
    client = Client(proxy_user="team", proxy_password="hunter-two")
    call = exchange(asked=asked, answered=answered, client=client, path="/v1?key=raw%2Bvalue&x=ordinary-value")
    known = secrets(call)
    expected = {
        KEY,
        basic,
        "somebody",
        "passphrase",
        "cookie-one",
        "cookie-two",
        "hunter-two",
        "raw+value",
        "raw%2Bvalue",
    }
    assert expected <= set(known)
    assert not {"team", "1", "ordinary-value"} & set(known)
    assert list(known) == sorted(known, key=len, reverse=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"realtime, openai-insecure-api-key.{KEY}, openai-beta.realtime-v1", (KEY,)),
        ("xai-client-secret.eyJh.b2R5.c2ln", ("eyJh.b2R5.c2ln",)),
        ("token, 0123abcd", ("0123abcd",)),
        ("Bearer, 0123abcd, realtime", ("0123abcd",)),
        ("0123456789abcdefghij", ("0123456789abcdefghij",)),
        ("0123456789abcdefghi", ()),
        ("rt_0123456789abcdefghij", ("rt_0123456789abcdefghij",)),
        ("realtime,openai-organization.org-1,openai-beta.realtime-v1", ()),
        ("", ()),
    ],
)
def test_a_browsers_key_is_known(value: str, expected: tuple[str, ...]) -> None:
    """What a browser offers as a subprotocol may be a credential; names and versions are none."""
    assert offered(value) == expected
    call = exchange(asked=headers(sec_websocket_protocol=value, sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ=="))
    assert set(secrets(call)) == set(expected)


def test_basic_may_lack_its_padding_and_a_password_hold_a_colon() -> None:
    """The first colon parts the user from the password; what is no base64, or no UTF-8 within it, is still known."""
    basic = base64.b64encode(b"somebody:pass:phrase").decode().rstrip("=")
    assert len(basic) % 4
    assert {"somebody", "pass:phrase"} <= set(secrets(exchange(asked=headers(authorization=f"Basic {basic}"))))
    for odd in ("Basic A0123456789abc!", "basic " + base64.b64encode(b"\xff\xfe:passphrase").decode()):
        assert odd.partition(" ")[2] in secrets(exchange(asked=headers(authorization=odd)))
    assert "passphrase" in secrets(exchange(asked=headers(authorization=odd)))


def test_a_signature_is_known_beside_its_key() -> None:
    """Of an AWS Signature 4 both turn up in error messages."""
    signed = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE1/20261123/x, Signature=0123456789abcdef, Extra=1"
    assert {"AKIAEXAMPLE1", "0123456789abcdef"} <= set(secrets(exchange(asked=headers(authorization=signed))))


def test_a_secret_is_also_known_as_it_prints() -> None:
    """What is struck is printable text, in which no control character of a secret is left; nor is all of it UTF-8."""
    asked = ((b"X-API-Key", b"first-half\x7fsecond-half"), (b"Cookie", b"a=percent%2Bencoded; b=\xff-bytes-beyond"))
    assert {"first-half second-half", "percent%2Bencoded", "percent+encoded"} <= set(secrets(exchange(asked=asked)))


def test_a_call_without_an_answer_has_secrets() -> None:
    """What a vendor sets beside a cookie is no secret, and there may be no answer."""
    call = exchange(answered=headers(set_cookie="session=cookie-two; Domain=example.com"))
    assert set(secrets(call)) == {KEY, f"Bearer {KEY}", "cookie-two"}
    assert set(secrets(replace(call, response=None))) == {KEY, f"Bearer {KEY}"}
    assert "kept-aside" in secrets(replace(call, secrets=("kept-aside",)))


@pytest.mark.parametrize(
    ("fields", "path", "expected"),
    [
        ({"authorization": "Bearer abc", "x-api-key": "other"}, "/v1?key=third", "abc"),
        ({"x-api-key": "anthropic", "api-key": "azure"}, "/v1", "anthropic"),
        ({"api-key": "azure", "x-goog-api-key": "google"}, "/v1", "azure"),
        ({"x-goog-api-key": "google"}, "/v1?key=other", "google"),
        ({"sec-websocket-protocol": f"realtime, openai-insecure-api-key.{KEY}"}, "/v1?key=other", KEY),
        ({"sec-websocket-protocol": "realtime"}, "/v1?alt=sse&key=asked&api_key=second", "asked"),
        ({"authorization": ""}, "/v1?monkey=", None),
        ({}, "/v1?session_token=abc", None),
        ({}, "/v1/key=abc", None),
    ],
)
def test_the_credential_of_a_call(fields: dict[str, str], path: str, expected: str | None) -> None:
    """It is looked for where vendors document it, the header before the query, and there under a name of a key."""
    assert credential({name: value.encode() for name, value in fields.items()}, path) == expected


def test_an_environments_name_is_no_secret() -> None:
    """A proxy password that was taken for an environment is not struck out of the document."""
    call = exchange(client=Client(proxy_user="team", proxy_password="Production"))
    assert "Production" in secrets(call)
    assert "Production" not in secrets(call, environment="production")


def test_placeholders_are_no_secrets() -> None:
    """A short key such as `ollama`, and a key that a recorder has struck already, are left alone."""
    for key in ("ollama", "REDACTED"):
        assert secrets(exchange(asked=headers(x_api_key=key))) == ()


def test_a_known_secret_is_struck_also_where_it_is_cut() -> None:
    """The first eight characters give a secret away, together with what hangs on them."""
    assert strike(f"key {KEY[:11]}... is wrong", ("Zq81LmNo33vX", KEY)) == f"key {REDACTED} is wrong"
    assert strike("prefix Zq81LmNo33-and-more", ("Zq81LmNo33vX",)) == f"prefix {REDACTED}"


@given(text=st.text())
def test_the_cheap_look_has_no_false_negatives(text: str) -> None:
    """What `strike` changes beyond making it printable, `suspicious` has announced."""
    assert strike(text) == printable(text) or suspicious(printable(text), ())


def test_the_cheap_look_is_not_alarmed_by_ordinary_text() -> None:
    """Words are none of the literals; the beginning of a known secret is."""
    assert not suspicious("The model is overloaded", (KEY,))
    assert suspicious(f"The model {KEY[3:11]} is overloaded", (KEY[3:],))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_announced(shape: str) -> None:
    """No pattern matches what holds none of the literals that are looked for first."""
    assert suspicious(shape, ())


def test_a_path_loses_query_and_keys() -> None:
    """Query and fragment go, a key in a segment goes, also percent-encoded; accounts and models stay."""
    assert strike_path("/v1/chat/completions?api-version=1&key=x#y") == "/v1/chat/completions"
    assert strike_path("/v1/chat#key=topsecret?x=y") == "/v1/chat"
    assert strike_path(f"/{KEY}/v1/chat") == f"/{REDACTED}/v1/chat"
    assert strike_path("/v1%3Fkey=topsecret") == f"/v1?{REDACTED}"
    assert strike_path("/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/run/@cf/x") == (
        "/client/v4/accounts/0123456789abcdef0123456789abcdef/ai/run/@cf/x"
    )
    assert strike_path("/t/0123456789abcdef0123456789abcdef0123/v1") == f"/t/{REDACTED}/v1"
    assert strike_path(f"/t/{'0' * 33}") == f"/t/{REDACTED}"
    assert strike_path(f"/t/{'a_word' * 7}/v1") == f"/t/{'a_word' * 7}/v1"


def test_the_stable_part_of_a_credential() -> None:
    """The scheme goes; of an AWS signature, which changes every time, the access key id stays."""
    assert bare(f"Bearer {KEY}") == KEY
    assert bare(KEY) == KEY
    assert bare("AWS4-HMAC-SHA256 Credential=AKIA1/20261123/x, Signature=1") == "AKIA1"


@given(text=st.text())
def test_a_query_is_read_leniently(text: str) -> None:
    """Any path has parameters, if only none."""
    assert isinstance(query(text), list)


@pytest.mark.parametrize(
    "hostile",
    [part * (8192 // len(part)) for part in ("a", "-", "*", "sk-", "eyJ-", "://", "-----BEGIN ", "key", "gh")],
)
def test_no_text_makes_it_slow(hostile: str) -> None:
    """Striking is about linear: the worst message that is ever looked at takes less than a second of CPU."""
    begun = time.process_time()
    strike(f"={hostile}")
    assert time.process_time() - begun < 1
