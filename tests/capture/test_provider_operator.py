"""What an operator says of hosts and entries goes before what is shipped."""

from llmtap import config
from llmtap.capture.provider import ProviderEntry, Providers, ProviderTable
from llmtap.capture.settings import CaptureSettings

TABLE = config.load(None, {"XDG_CONFIG_HOME": "/nowhere"}).providers


def test_the_operator_opens_and_closes_hosts() -> None:
    """`capture.hosts` opens further hosts, `ignore_hosts` closes even known ones, and that one wins."""
    capture = CaptureSettings(
        hosts=("*.Corp.example", "api.openai.com"), ignore_hosts=("api.openai.com", "x.corp.example")
    )
    providers = Providers(TABLE, capture)
    assert providers.opened("llm.corp.example", 8443)
    assert not providers.opened("corp.example", 443)
    assert not providers.opened("x.corp.example", 443)
    assert not providers.opened("api.openai.com", 443)
    assert providers.endpoint("api.openai.com", 80, "POST", "/v1/chat/completions") is None


def test_an_operators_entry_goes_first() -> None:
    """An entry of the operator is asked before the shipped ones and replaces the one of its id."""
    own = ProviderTable((ProviderEntry("openai", (r"llm\.corp\.example",), name="corp"),)).before(TABLE)
    providers = Providers(own)
    assert providers.opened("llm.corp.example", 443)
    assert not providers.opened("api.openai.com", 443)
    assert own.endpoints == TABLE.endpoints
