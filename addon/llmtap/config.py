"""YAML's door: text in, frozen Settings out. Rooms define their settings and never import this file.

No file at all is a valid configuration: every key has a default. What cannot be used is a ConfigError that names file,
line, key, what is wrong and what is allowed; a value that came from the environment or a file is never repeated in it.
"""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from llmtap.capture.provider import ProviderEntry, ProviderTable
from llmtap.capture.settings import CaptureSettings
from llmtap.enrich.attribution import AttributionSettings
from llmtap.enrich.cost import PriceSettings
from llmtap.enrich.privacy import PrivacySettings
from llmtap.enrich.published import SELF_HOSTED
from llmtap.export.cluster import ElasticsearchSettings
from llmtap.relay import RelaySettings
from llmtap.yamlfile import ConfigError, Data, YamlFile, beside, read, resolved

__all__ = ["ConfigError", "ConfigFile", "Settings", "StoreSettings", "fallback_prices", "load", "shipped"]

type Stamp = tuple[int, int, int] | None
"""What tells one state of a file from another: time of change (ns), bytes, inode; None when it cannot be seen."""

STORE = "${XDG_DATA_HOME:-~/.local/share}/llmtap/llmtap.db"

_URL = re.compile(r"https?://(?:[^\s/@]*@)?(?:[^\s/:@\[\]]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/\S*)?")
_FINGERPRINT = re.compile(r"(?:[0-9A-Fa-f]{2}:?){32}")
_HOST = re.compile(r"[A-Za-z0-9*?_.\-]*[A-Za-z0-9]|\[?[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*\]?")


class StoreSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The embedded store: every document, and whether it was delivered; the oldest go when it is too large or old."""

    path: Path
    max_bytes: int = 1024 * 1024 * 1024
    retention_days: float = 30

    def __post_init__(self) -> None:
        for name in ("max_bytes", "retention_days"):
            if not getattr(self, name) > 0:
                raise ValueError(f"`{name}` must be greater than 0")


class ConfigFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What llmtap.yaml may say; every section and every key may be left out.

    `providers` are further providers, or the name of a file like providers.yaml; `prices` may name a file like
    prices.yaml. What the operator says is asked before what is shipped.
    """

    capture: CaptureSettings = CaptureSettings()
    providers: tuple[ProviderEntry, ...] | str = ()
    attribution: AttributionSettings = AttributionSettings()
    privacy: PrivacySettings = PrivacySettings()
    prices: PriceSettings | str = PriceSettings()
    relay: RelaySettings | None = None
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    store: StoreSettings


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """Everything that can be configured, with what was not said filled in; the repr shows no value, so no secret.

    `source` is the file that was used, None when there is none. `stamps` tells which files were read, and their state.
    """

    capture: CaptureSettings
    providers: ProviderTable
    attribution: AttributionSettings
    privacy: PrivacySettings
    prices: PriceSettings
    relay: RelaySettings | None
    elasticsearch: ElasticsearchSettings
    store: StoreSettings
    source: Path | None
    stamps: tuple[tuple[Path, Stamp], ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(source={self.source!r})"

    def current_stamps(self) -> tuple[tuple[Path, Stamp], ...]:
        """Return the state of the same files now, None of one that cannot be seen: it is `stamps` until one changes."""
        return tuple((path, _stamp(path)) for path, _ in self.stamps)


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of the first file there is; raises ConfigError.

    In this order: `path`, the environment variable LLMTAP_CONFIG, `llmtap/llmtap.yaml` in the user's configuration
    folder, the defaults. A file that was asked for must exist.
    """
    default = Path(environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "llmtap/llmtap.yaml"
    asked = path or (Path(environ["LLMTAP_CONFIG"]) if environ.get("LLMTAP_CONFIG") else None)
    source = asked.expanduser() if asked else default if default.is_file() else None
    stamps = {source or default: _stamp(source or default)}  # before it is read: an edit meanwhile makes it stale
    if source and not path and stamps[source] is None:
        raise ConfigError(f"{source}: cannot be found, and LLMTAP_CONFIG names it; mend that variable, or unset it")
    file = read(source, environ) if source else YamlFile(default, {})
    said = file.value(ConfigFile, (), _complete(file, environ))
    table = _table(said.providers, file)
    _check(said, table, file)
    return Settings(
        capture=said.capture,
        providers=table,
        attribution=said.attribution,
        privacy=said.privacy,
        prices=_prices(said, table, file),
        relay=said.relay,
        elasticsearch=said.elasticsearch,
        store=said.store,
        source=source,
        stamps=tuple(({used: _stamp(used) for used in file.files} | stamps).items()),
    )


def shipped(name: str) -> Path:
    """Return the path of a file of ours: in `config/` of a checkout, or in the wheel, which carries the same files."""
    package = Path(__file__).resolve().parent
    inside = package / "_config"
    return (inside if inside.is_dir() else package.parent.parent / "config") / name


def fallback_prices() -> bytes:
    """Return the file of the second source of prices; a third of a megabyte, read when a first call needs it."""
    return shipped("fallback-prices.json").read_bytes()


def _complete(file: YamlFile, environ: Mapping[str, str]) -> dict[str, Data]:
    """Return what the file says, empty sections left out, with the defaults that depend on the environment."""
    said: dict[str, Data] = {key: value for key, value in file.data.items() if value is not None}
    store = said.setdefault("store", {})
    if isinstance(store, dict) and store.get("path") is None:
        said["store"] = {**store, "path": resolved(STORE, file, ("store", "path"), environ)}
    shipment = said.get("elasticsearch")
    if isinstance(shipment, dict) and isinstance(named := shipment.get("ca_certs"), str):
        said["elasticsearch"] = {**shipment, "ca_certs": str(beside(file.path, Path(named)))}
    return said


def _table(said: Sequence[ProviderEntry] | str, file: YamlFile) -> ProviderTable:
    """Return the operator's tables, the shipped ones after them."""
    ours = _named(said, "providers", ProviderTable, file)[0] if isinstance(said, str) else ProviderTable(tuple(said))
    return ours.before(_shipped("providers.yaml", ProviderTable))


def _prices(said: ConfigFile, table: ProviderTable, file: YamlFile) -> PriceSettings:
    """Return the operator's prices, the shipped ones after them; one that nothing can match is a mistake."""
    at: tuple[str, ...] = ("prices",)
    if isinstance(said.prices, str):
        ours, file = _named(said.prices, "prices", PriceSettings, file)
        at = ()
    else:
        ours = said.prices
    for index, entry in enumerate(ours.overrides):
        if not (set(entry.provider) & set("*?[")):
            _check_provider(entry.provider.lower(), table, file, (*at, "overrides", index, "provider"))
        if said.relay and entry.relay not in (None, said.relay.name):
            what = f"{entry.relay!r} is no relay; the one of llmtap.yaml is called {said.relay.name}"
            raise file.error((*at, "overrides", index, "relay"), what)
    return PriceSettings((*ours.overrides, *_shipped("prices.yaml", PriceSettings).overrides))


def _named[T](name: str, key: str, kind: type[T], file: YamlFile) -> tuple[T, YamlFile]:
    """Return what another file says, which `file` names at `key`, and that file."""
    path = beside(file.path, Path(name))
    file.files.append(path)
    try:
        other = read(path)
    except ConfigError as error:
        raise file.error((key,), str(error)) from None
    return other.value(kind, (), other.data), other


@cache
def _shipped[T](name: str, kind: type[T]) -> T:
    file = read(shipped(name))
    return file.value(kind, (), file.data)


def _check(said: ConfigFile, table: ProviderTable, file: YamlFile) -> None:
    """Raise ConfigError for what only several facts together show to be wrong."""
    for key in ("hosts", "ignore_hosts"):
        for index, host in enumerate(getattr(said.capture, key)):
            if key == "hosts" and not host.strip("*?."):
                raise file.error(("capture", key, index), f"{host!r} would open every host; name those that serve LLMs")
            if not _HOST.fullmatch(host):
                raise file.error(
                    ("capture", key, index),
                    f"{host!r} is no host name; write it without scheme, port and path, "
                    "like llm.example.com or *.example.com",
                )
    for url in said.elasticsearch.urls():
        if not _URL.fullmatch(url):
            raise file.error(("elasticsearch", "url"), "is no http:// or https:// URL, like https://localhost:9200")
    _check_trust(said.elasticsearch, file)
    for index, name in enumerate(said.relay.providers if said.relay else ()):
        _check_provider(name, table, file, ("relay", "providers", index))


def _check_provider(name: str, table: ProviderTable, file: YamlFile, at: tuple[str | int, ...]) -> None:
    """Raise ConfigError for a provider that there is none of; an unlisted one is called by its domain."""
    names = {entry.name for entry in table.providers if entry.name} | SELF_HOSTED
    if name not in names and "." not in name:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise file.error(at, f"{name!r} is no provider; {hint}known are {', '.join(sorted(names))}")


def _check_trust(said: ElasticsearchSettings, file: YamlFile) -> None:
    """Raise ConfigError for half a login, and for a fingerprint that is none."""
    for one, other in (("username", "password"), ("password", "username")):
        if getattr(said, one) and not getattr(said, other):
            raise file.error(("elasticsearch", one), f"stands without `{other}`; give both, or an `api_key`")
    if said.ca_fingerprint and not _FINGERPRINT.fullmatch(said.ca_fingerprint):
        raise file.error(("elasticsearch", "ca_fingerprint"), "is no SHA-256 fingerprint: 64 hexadecimal digits")


def _stamp(path: Path) -> Stamp:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
