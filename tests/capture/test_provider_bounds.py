"""What is too long to be a host or a path, and what a query may say however long it is."""

from llmtap import config
from llmtap.capture.provider import LONGEST_HOST, LONGEST_PATH, Providers

PROVIDERS = Providers(config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers)


def test_a_host_has_a_length() -> None:
    """What is longer than a name can be is no host, and never becomes the name of a provider."""
    host = "a." * ((LONGEST_HOST + 1) // 2) + "openai.azure.com"
    assert not PROVIDERS.opened(host, 443)
    assert PROVIDERS.endpoint(host, 443, "POST", "/v1/chat/completions", ()) is None


def test_a_query_may_be_long() -> None:
    """A path is measured without its query, in which a vendor's own list of words or a signature may stand."""
    path = f"/v1/listen?keyterm={'word%20' * LONGEST_PATH}&model=nova-3"
    found = PROVIDERS.endpoint("api.deepgram.com", 443, "POST", path, ())
    assert found is not None
    assert ("deepgram", "nova-3") == (found.provider, found.model)
    assert PROVIDERS.endpoint("api.deepgram.com", 443, "POST", f"/{'v1/' * LONGEST_PATH}listen") is None
