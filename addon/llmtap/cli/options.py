"""What several commands take: `--config`, an address, a span of time; each becomes a value or a Mistake."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote

import click

from llmtap.cli.mistake import Mistake
from llmtap.config import ConfigError, Settings, load
from llmtap.enrich.attribution import environment
from llmtap.export.outbox import Outbox, OutboxError

_HOST = re.compile(r"[\w.-]*")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def config_option[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Add `--config FILE` to a command, as its parameter `config`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration file (else LLMTAP_CONFIG, else the user's own, else the defaults).",
    )(command)


def caller_options[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Add `--team` and `--environment` to a command: who a program says it is, as the proxy's user and password."""
    team = click.option("--team", metavar="NAME", help="The team of these calls.")
    return team(click.option("--environment", metavar="NAME", help="Their environment; needs a team.")(command))


class Caller(NamedTuple):
    """Who the calls are of: user and password of the proxy's URL."""

    team: str | None = None
    environment: str | None = None

    def require_team(self) -> None:
        """Raise Mistake for an environment without a team: a proxy URL has no password without a user."""
        if self.environment and not self.team:
            raise Mistake("--environment needs --team as well: both travel in the proxy's URL.", exit_code=2)

    def warn(self, settings: Settings) -> None:
        """Say on stderr that the proxy will not know the environment: it takes such a word for a secret."""
        known = settings.attribution.environments
        if self.environment and environment(self.environment, known) is None:
            click.echo(
                f"llmtap: {self.environment!r} is none of `attribution.environments`, so it is ignored; "
                f"known are {', '.join(known)}",
                err=True,
            )


def settings_of(config: Path | None) -> Settings:
    """Return the settings; raises Mistake with file, key and what is allowed."""
    try:
        return load(config)
    except ConfigError as error:
        raise Mistake(str(error), exit_code=2) from error


def store_of(settings: Settings, *, writable: bool = False) -> Outbox:
    """Return the store that is there already; raises Mistake with the remedy."""
    try:
        return Outbox.existing(settings.store.path, writable=writable)
    except OutboxError as error:
        raise Mistake(str(error)) from error


class Address(NamedTuple):
    """Where a proxy listens."""

    host: str
    port: int

    def url(self, user: str | None = None, password: str | None = None) -> str:
        """Return the URL of a proxy there, as clients need it: an address that means any is reached by loopback."""
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        named = quote(user or "", safe="") + (f":{quote(password, safe='')}" if password else "")
        return f"http://{named}{'@' if named else ''}{f'[{host}]' if ':' in host else host}:{self.port}"


class Way(NamedTuple):
    """The way to a proxy: its address, and who the client says it is."""

    address: Address
    user: str | None = None
    password: str | None = None


class AddressType(click.ParamType[Address]):
    """HOST:PORT, or PORT alone for loopback; an IPv6 host stands in brackets."""

    name = "HOST:PORT"

    def convert(self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Return the address; a mistake is told as click tells it."""
        if isinstance(value, Address):
            return value
        found = _address(value)
        if found is None:
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:8080.", param, ctx)
        return found


class WayType(click.ParamType[Way]):
    """HOST:PORT, or a URL of an HTTP proxy, each with `user:password@` or without."""

    name = "HOST:PORT"

    def convert(self, value: str | Way, param: click.Parameter | None, ctx: click.Context | None) -> Way:
        """Return the way; a mistake is told as click tells it, without the password."""
        if isinstance(value, Way):
            return value
        named, _, rest = value.removeprefix("http://").removesuffix("/").rpartition("@")
        address = _address(rest)
        if address is None or "/" in named:
            self.fail(f"{rest!r} is not HOST:PORT of an HTTP proxy, such as 127.0.0.1:8080.", param, ctx)
        user, _, password = named.partition(":")
        return Way(address, unquote(user) or None, unquote(password) or None)


def _address(value: str) -> Address | None:
    host, _, port = value.rpartition(":")
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0  # noqa: PLR2004 -- 65535
    if not 0 < number < 1 << 16:
        return None
    if host.startswith("[") or ":" in host:
        bare = host.removeprefix("[").removesuffix("]")
        try:
            return Address(str(IPv6Address(bare)), number)
        except ValueError:
            return None
    return Address(host or "127.0.0.1", number) if _HOST.fullmatch(host) else None


class SinceType(click.ParamType[datetime | None]):
    """A span back from now such as 90m, 24h or 7d, a date or time (ISO 8601, local time), or `all`."""

    name = "SPAN|DATE|all"

    def convert(
        self, value: str | datetime | None, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | None:
        """Return the instant, or None for `all`."""
        if value is None or isinstance(value, datetime):
            return value
        if value == "all":
            return None
        try:
            if span := _SPAN.fullmatch(value):
                return datetime.now(UTC) - timedelta(**{_UNITS[span[2]]: float(span[1])})
            return datetime.fromisoformat(value).astimezone()
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is neither a span such as 24h or 7d, nor a date such as 2026-11-24, nor all.", param, ctx
            )
