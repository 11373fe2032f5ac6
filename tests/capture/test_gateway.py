"""Gateways: the provider behind one is whom the request names; a gateway that resells stays the provider."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap import config
from llmtap.capture.exchange import Endpoint, Headers
from llmtap.capture.gateway import Gateway, named, stated_host
from llmtap.capture.provider import Providers

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)

CALLS: tuple[tuple[str, str, Headers, tuple[str, str | None, str | None]], ...] = (
    ("gateway.ai.cloudflare.com", "/v1/acc/gw/openai/chat/completions", (), ("openai", "cloudflare", None)),
    ("gateway.ai.cloudflare.com", "/v1/acc/gw/anthropic/v1/messages", (), ("anthropic", "cloudflare", None)),
    (
        "gateway.ai.cloudflare.com",
        "/v1/acc/gw/google-ai-studio/v1/models/gemini-2.5-flash:generateContent",
        (),
        ("gcp.gemini", "cloudflare", None),
    ),
    ("gateway.ai.cloudflare.com", "/v1/acc/gw/compat/chat/completions", (), ("cloudflare", None, None)),
    ("oai.helicone.ai", "/v1/chat/completions", (), ("openai", "helicone.ai", None)),
    ("anthropic.helicone.ai", "/v1/messages", (), ("anthropic", "helicone.ai", None)),
    (
        "gateway.helicone.ai",
        "/v1/chat/completions",
        ((b"Helicone-Target-URL", b"https://api.groq.com/openai"),),
        ("groq", "helicone.ai", None),
    ),
    ("gateway.helicone.ai", "/v1/chat/completions", (), ("helicone.ai", None, None)),
    (
        "api.portkey.ai",
        "/v1/chat/completions",
        ((b"x-portkey-provider", b"@mistral-ai"),),
        ("mistral_ai", "portkey.ai", None),
    ),
    ("api.portkey.ai", "/v1/chat/completions", ((b"x-portkey-provider", b"@our-own"),), ("portkey.ai", None, None)),
    ("gateway.pydantic.dev", "/proxy/openai/responses", (), ("openai", "pydantic.dev", None)),
    ("router.huggingface.co", "/together/v1/chat/completions", (), ("huggingface", None, "together")),
    ("router.huggingface.co", "/v1/chat/completions", (), ("huggingface", None, None)),
    ("openrouter.ai", "/api/v1/chat/completions", (), ("openrouter", None, None)),
)


@pytest.mark.parametrize(("host", "path", "headers", "expected"), CALLS)
def test_whose_api_it_is(host: str, path: str, headers: Headers, expected: tuple[str, str | None, str | None]) -> None:
    """Provider, gateway and server are told by header, path or host, and by nothing that the tables do not know."""
    found = PROVIDERS.endpoint(host, 443, "POST", path, headers)
    assert found is not None
    assert (found.provider, found.gateway, found.served_by) == expected
    assert found.certain


def test_without_headers_the_path_still_tells() -> None:
    """Nobody has to show the headers."""
    found = PROVIDERS.endpoint("gateway.ai.cloudflare.com", 443, "POST", "/v1/a/g/openai/responses")
    assert found == Endpoint("openai", wire_format="openai_responses", operation="chat", gateway="cloudflare")


@pytest.mark.parametrize("pattern", ["(", "^/x", "(?P<other>a)"])
def test_a_bad_pattern_is_refused(pattern: str) -> None:
    """A pattern compiles and names the group `provider`."""
    with pytest.raises(ValueError, match=r"is no regular expression|has no group `provider`"):
        Gateway(path=pattern)
    with pytest.raises(ValueError, match=r"`host`"):
        Gateway(host=pattern)


@given(st.text(), st.text(), st.binary(max_size=64))
def test_nothing_raises(host: str, path: str, value: bytes) -> None:
    """Whatever a client claims, it is a word or none."""
    gateway = Gateway(headers=("x-to",), path="/(?P<provider>[^/]*)/", host="^(?P<provider>[^.]*)")
    word = named(gateway, host, path, ((b"x-to", value),))
    assert word is None or stated_host(word) is not None
