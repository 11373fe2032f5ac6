"""The configuration: found in one order, complete by default, and every mistake told with file, key and remedy."""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from llmtap.capture.provider import Providers
from llmtap.config import ConfigError, Settings, load, shipped
from tests import schemas

type Environ = dict[str, str]


@pytest.fixture
def home(tmp_path: Path) -> Environ:
    """An environment whose user has no configuration yet."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_DATA_HOME": str(tmp_path / "data")}


def written(path: Path, text: str) -> Path:
    """Write a file, its folder included; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def values(settings: Settings) -> dict[str, object]:
    """Return everything that is configured, without where it came from."""
    names = (field.name for field in fields(settings))
    return {name: getattr(settings, name) for name in names if name not in {"source", "stamps"}}


def test_no_file_is_a_valid_configuration(home: Environ) -> None:
    """Everything has a default; the store lies in the user's data folder."""
    settings = load(None, home)
    assert settings.source is None
    assert settings.store.path == Path(home["XDG_DATA_HOME"]) / "llmtap/llmtap.db"
    assert (settings.store.max_bytes, settings.store.retention_days) == (1 << 30, 30)
    assert settings.relay is None
    assert settings.elasticsearch.url is None
    assert load(None, {}).store.path == Path("~/.local/share/llmtap/llmtap.db").expanduser()


def test_the_shipped_file_says_the_defaults(home: Environ) -> None:
    """Loading the commented file that we ship equals having no file, and it names every key there is."""
    assert values(load(shipped("llmtap.yaml"), home)) == values(load(None, home))
    text = shipped("llmtap.yaml").read_text(encoding="utf-8")
    settings = load(None, home)
    for section in (settings.capture, settings.attribution, settings.privacy, settings.elasticsearch, settings.store):
        assert [key for key in section.__struct_fields__ if f"\n  {key}:" not in text] == []


def test_the_first_file_is_taken(home: Environ, tmp_path: Path) -> None:
    """The file given, then LLMTAP_CONFIG, then the user's own."""
    users = written(Path(home["XDG_CONFIG_HOME"]) / "llmtap/llmtap.yaml", "store: {retention_days: 1}")
    named = written(tmp_path / "named.yaml", "store: {retention_days: 2}")
    given = written(tmp_path / "given.yaml", "store: {retention_days: 3}")
    assert (load(None, home).source, load(None, home).store.retention_days) == (users, 1)
    home["LLMTAP_CONFIG"] = str(named)
    assert (load(None, home).source, load(None, home).store.retention_days) == (named, 2)
    assert (load(given, home).source, load(given, home).store.retention_days) == (given, 3)
    home["LLMTAP_CONFIG"] = ""
    assert load(None, home).source == users


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_file_that_was_asked_for_must_exist(home: Environ, tmp_path: Path, *, by_variable: bool) -> None:
    """Falling back to the defaults in silence would be a surprise."""
    missing = tmp_path / "missing.yaml"
    if by_variable:
        home["LLMTAP_CONFIG"] = str(missing)
    words = "cannot be found, and LLMTAP_CONFIG names it" if by_variable else "cannot be read: No such file"
    with pytest.raises(ConfigError, match=rf"missing\.yaml: {words}"):
        load(None if by_variable else missing, home)


def test_empty_sections_and_relative_files(home: Environ, tmp_path: Path) -> None:
    """A section with nothing below it is the default; file names are relative to the file that says them."""
    written(tmp_path / "key.txt", "relay-key\n")
    text = """
    capture:
    store: {path: ./calls.db}
    elasticsearch: {url: 'https://es:9200', ca_certs: ca.pem, username: elastic, password: '${PASSWORD}'}
    relay: {base_url: 'https://api.holysheep.ai/v1', api_key: 'file:key.txt', share: 12.5, providers: [openai, groq]}
    """
    settings = load(written(tmp_path / "c.yaml", text), home | {"PASSWORD": "elastic-password"})
    assert settings.store.path == tmp_path / "calls.db"
    assert settings.elasticsearch.ca_certs == str(tmp_path / "ca.pem")
    assert settings.elasticsearch.password == "elastic-password"
    assert settings.relay is not None
    assert (settings.relay.api_key, settings.relay.share) == ("relay-key", 12.5)
    assert "relay-key" not in repr(settings)
    assert "elastic-password" not in repr(settings)


def test_further_providers(home: Environ, tmp_path: Path) -> None:
    """They stand in the file or in one that it names, and are known besides those that are shipped."""
    entry = r"{id: acme, name: acme, hosts: ['llm\.acme\.example']}"
    written(
        tmp_path / "p.yaml",
        f"providers: [{entry}]\nendpoints: [{{id: acme.chat, path: /talk$, wire_format: openai_chat}}]",
    )
    for text in (f"providers: [{entry}]", "providers: p.yaml"):
        settings = load(written(tmp_path / "c.yaml", text), home)
        providers = Providers(settings.providers)
        assert providers.opened("llm.acme.example", 443)
        assert providers.opened("api.openai.com", 443)
        found = providers.endpoint("llm.acme.example", 443, "POST", "/v1/chat/completions")
        assert found is not None
        assert found.provider == "acme"
    talk = providers.endpoint("llm.acme.example", 443, "POST", "/talk")
    assert talk is not None
    assert tmp_path / "p.yaml" in dict(settings.stamps)


def test_prices_may_stand_in_a_file_of_their_own(home: Environ, tmp_path: Path) -> None:
    """`prices` is a section, or the name of a file that holds what the section would."""
    prices = "overrides: [{source: contract, checked: 2026-11-01, model: 'gpt-5*', input: 1.25}]"
    written(tmp_path / "prices.yaml", prices)
    named = load(written(tmp_path / "c.yaml", "prices: prices.yaml"), home)
    inline = load(written(tmp_path / "c.yaml", f"prices: {{{prices}}}"), home)
    assert named.prices == inline.prices
    assert str(named.prices.overrides[0].input) == "1.25"


RELAY = "relay: {base_url: 'https://r.example/v1', api_key: key, "
ORIGIN = "source: x, checked: 2026-11-01}]}"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (
            "captrue: {}",
            "line 1: `captrue`",
            "did you mean `capture`?); allowed are attribution, capture, elasticsearch",
        ),
        (
            "store:\n  retention_day: 3",
            "line 2: `store.retention_day`",
            "did you mean `retention_days`?); allowed are max_b",
        ),
        (
            "store:\n  max_bytes: 1 GiB",
            "line 2: `store.max_bytes`",
            "must be a whole number, and is text (write digits only",
        ),
        ("elasticsearch: {request_timeout: 0}", "`elasticsearch.request_timeout`", "must be a number greater than 0"),
        ("elasticsearch: {namespace: A-b}", "`elasticsearch.namespace`", "must be text of the form '^["),
        ("elasticsearch: {username: elastic}", "`elasticsearch.username`", "stands without `password`"),
        ("elasticsearch: {password: secret}", "`elasticsearch.password`", "stands without `username`"),
        ("elasticsearch: {ca_fingerprint: ab:cd}", "`elasticsearch.ca_fingerprint`", "is no SHA-256 fingerprint"),
        (
            "prices: {overrides: [{source: x, checked: 2026-11-01, input: cheap}]}",
            "prices",
            "must be a number such as",
        ),
        ("store: {max_bytes: 0}", "`store.max_bytes`", "must be greater than 0"),
        ("store: 30 days", "line 1: `store`", "must be a mapping, and is text"),
        ("capture: {hosts: llm.example.com}", "`capture.hosts`", "must be a list, and is text"),
        (
            "capture: {hosts: ['https://llm.example.com/v1']}",
            "`capture.hosts[0]`",
            "is no host name; write it without scheme",
        ),
        ("capture: {ignore_hosts: ['llm.example.com:443']}", "`capture.ignore_hosts[0]`", "is no host name"),
        ("capture: {hosts: ['*']}", "`capture.hosts[0]`", "would open every host"),
        ("providers: [{id: a, hosts: ['(']}]", "`providers[0].hosts`", "'(' is no regular expression"),
        ("providers: [{id: a}]", "`providers[0]`", "lacks the key `hosts`"),
        ("providers: none.yaml", "`providers`", "none.yaml: cannot be read: No such file"),
        ("prices: none.yaml", "`prices`", "none.yaml: cannot be read: No such file"),
        ("prices: {overrides: [{provider: opnai, " + ORIGIN, "`prices.overrides[0].provider`", "did you mean openai?"),
        (
            RELAY + "name: acme}\nprices: {overrides: [{relay: acne, " + ORIGIN,
            "`prices.overrides[0].relay`",
            "'acne' is no relay; the one of llmtap.yaml is called acme",
        ),
        (
            "prices: {overrides: [{multiplier: 88%, " + ORIGIN,
            "`prices.overrides[0].multiplier`",
            "must be a number such as 0.88, without a unit, a currency or a comma",
        ),
        (
            "prices: {overrides: [{multiplier: -0.12, " + ORIGIN,
            "`prices.overrides[0].multiplier`",
            "must be a number that is not negative; a discount of 12 % is 0.88",
        ),
        (
            "prices: {overrides: [{input: 0.00000125, " + ORIGIN,
            "`prices.overrides[0].input`",
            "is the price of a million, and this looks like that of one; multiply it",
        ),
        (
            "prices: {overrides: [{input: 1, currency: yuan, " + ORIGIN,
            "`prices.overrides[0].currency`",
            "must be the three capital letters of a currency, such as EUR or CNY",
        ),
        (
            "prices: {overrides: [{input: 1, source: x, checked: 1.11.2026}]}",
            "`prices.overrides[0].checked`",
            "must be a day such as 2026-11-01",
        ),
        ("prices: {overrides: [{input: 1, checked: 2026-11-01}]}", "`prices.overrides[0]`", "lacks the key `source`"),
        ("privacy: {content: everything}", "`privacy.content`", "'everything' is not allowed; allowed are none"),
        (RELAY + "share: 120}", "`relay.share`", "is 120; it must be from 0 to 100"),
        (RELAY + "share: 10%}", "`relay.share`", "must be a number, and is text"),
        (
            RELAY + "providers: [opanai]}",
            "`relay.providers[0]`",
            "'opanai' is no provider; did you mean openai? known are ",
        ),
        (
            "relay: {base_url: r.example, api_key: key}",
            "`relay.base_url`",
            "is no http:// or https:// URL; it must look",
        ),
        ("relay: {share: 10}", "`relay`", "lacks the key `base_url`"),
        (
            "relay:\n  base_url: https://r.example/v1\n  api_key: ${NO_KEY}",
            "line 3: `relay.api_key`",
            "NO_KEY is not set",
        ),
        ("elasticsearch: {url: 'localhost:9200'}", "`elasticsearch.url`", "is no http:// or https:// URL"),
        ("elasticsearch: {target: stream}", "`elasticsearch.target`", "allowed are auto, data_stream, index"),
    ],
)
def test_mistakes_are_told(home: Environ, tmp_path: Path, text: str, place: str, what: str) -> None:
    """Each message names the file, the key and what would be right."""
    path = written(tmp_path / "c.yaml", text)
    with pytest.raises(ConfigError) as caught:
        load(path, home)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert place in message
    assert what in message


def test_a_mistake_in_a_named_file_names_that_file(home: Environ, tmp_path: Path) -> None:
    """The operator is sent to the line where the mistake is."""
    written(tmp_path / "p.yaml", "providers:\n  - id: a\n    host: [x]\n")
    with pytest.raises(ConfigError, match=r"p\.yaml, line 3: `providers\[0\]\.host`: .*did you mean `hosts`"):
        load(written(tmp_path / "c.yaml", "providers: p.yaml"), home)


def test_a_mistake_in_a_named_price_names_its_line(home: Environ, tmp_path: Path) -> None:
    """A price that nothing can match is told where it stands, which is another file than llmtap.yaml."""
    written(tmp_path / "p.yaml", "overrides:\n  - source: x\n    checked: 2026-11-01\n    provider: opnai\n")
    with pytest.raises(ConfigError, match=r"p\.yaml, line 4: `overrides\[0\]\.provider`: 'opnai' is no provider"):
        load(written(tmp_path / "c.yaml", "prices: p.yaml"), home)


def test_an_unreadable_file_is_told(home: Environ, tmp_path: Path) -> None:
    """A folder in the place of the file is as good as a file without permission, which root would read."""
    (tmp_path / "c.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"c\.yaml: cannot be read: Is a directory"):
        load(tmp_path / "c.yaml", home)


def test_settings_know_when_they_are_stale(home: Environ, tmp_path: Path) -> None:
    """An edit of any file that was read shows, and so does a first file that appears; nothing else does."""
    secret = written(tmp_path / "key.txt", "one-key")
    path = written(tmp_path / "c.yaml", "elasticsearch: {api_key: 'file:key.txt'}")
    settings = load(path, home)
    assert settings.current_stamps() == settings.stamps
    written(secret, "another key")
    assert settings.current_stamps() != settings.stamps
    settings = load(path, home)
    path.unlink()
    assert settings.current_stamps() != settings.stamps
    nothing = load(None, home)
    assert nothing.current_stamps() == nothing.stamps
    written(Path(home["XDG_CONFIG_HOME"]) / "llmtap/llmtap.yaml", "")
    assert nothing.current_stamps() != nothing.stamps


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without an environment given, the process's own counts."""
    monkeypatch.setenv("LLMTAP_CONFIG", str(written(tmp_path / "c.yaml", "")))
    assert load().source == tmp_path / "c.yaml"
    assert os.environ["LLMTAP_CONFIG"] == str(tmp_path / "c.yaml")


@pytest.mark.parametrize("name", ["llmtap.yaml", "prices.yaml", "providers.yaml"])
def test_schemas_are_those_of_the_types(name: str) -> None:
    """The schema that a file names on its first line says what the types say (else run `python -m tests.schemas`)."""
    schema = name.replace(".yaml", ".json")
    first, *_ = shipped(name).read_text(encoding="utf-8").splitlines()
    assert first == f"# yaml-language-server: $schema=schema/{schema}"
    assert shipped(f"schema/{schema}").read_text(encoding="utf-8") == schemas.text(schemas.KINDS[schema])
