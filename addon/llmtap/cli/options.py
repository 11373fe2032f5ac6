"""What several commands take: `--config`, an address, a span of time; each becomes a value or a Mistake."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import click

from llmtap.cli.mistake import Mistake
from llmtap.config import ConfigError, Settings, load
from llmtap.export.outbox import Outbox, OutboxError

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

    def url(self) -> str:
        """Return the URL of a proxy there, as clients need it: an address that means any is reached by loopback."""
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class AddressType(click.ParamType[Address]):
    """HOST:PORT, or PORT alone for loopback; an IPv6 host stands in brackets."""

    name = "HOST:PORT"

    def convert(self, value: str | Address, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        """Return the address; a mistake is told as click tells it."""
        if isinstance(value, Address):
            return value
        host, _, port = value.rpartition(":")
        number = int(port) if port.isascii() and port.isdecimal() else 0
        if not 0 < number < 1 << 16:
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:8080.", param, ctx)
        return Address(host.strip("[]") or "127.0.0.1", number)


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
