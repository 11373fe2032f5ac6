"""What `llmtap check` looks at, one function a subject; each looks, changes nothing, and never raises."""

import os
import re
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from mitmproxy.options import CONF_BASENAME

from llmtap.cli.tables import count
from llmtap.config import StoreSettings, shipped
from llmtap.export.cluster import Cluster, ClusterError, ElasticsearchSettings
from llmtap.export.outbox import Outbox, OutboxError
from llmtap.export.template import find
from llmtap.relay import RelaySettings

type State = Literal["ok", "note", "mend"]

RELEASED = 2026
"""A year before this one on the clock is wrong for certain."""
SKEW_SECONDS = 5.0
"""Elasticsearch tells its time in whole seconds, and the answer takes a while."""
CA_NOTICE = timedelta(days=30)
OLD_PRICES = timedelta(days=120)
CHECK_TIMEOUT = 5.0

_DAY = re.compile(r"\b20\d\d-\d\d-\d\d\b")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `mend` is a fault with its remedy, `note` something to know."""

    state: State
    subject: str
    text: str


def authority(confdir: Path) -> Finding:
    """Look at mitmproxy's CA: there, readable, in force, its key for the owner alone."""
    path = confdir / f"{CONF_BASENAME}-ca.pem"
    try:
        text, mode = path.read_bytes(), path.stat().st_mode
        ends = x509.load_pem_x509_certificate(text).not_valid_after_utc
    except FileNotFoundError:
        return Finding("note", "CA", f"{path} is not there yet; the first `llmtap run`, `proxy` or `env` makes it")
    except OSError as error:
        return Finding("mend", "CA", f"{path} cannot be read ({error.strerror}); give it to the user who runs llmtap")
    except ValueError:
        return Finding(
            "mend", "CA", f"{path} holds no certificate; remove the {CONF_BASENAME}-ca* files there, a new CA is made"
        )
    left = ends - datetime.now(UTC)
    if left < timedelta(0):
        return Finding(
            "mend",
            "CA",
            f"{path} expired on {ends:%Y-%m-%d}; remove {CONF_BASENAME}-ca* there, and trust the new CA in clients",
        )
    if stat.S_IMODE(mode) & 0o077:
        return Finding("mend", "CA", f"others may read the key in {path}; chmod 600 {path}")
    return Finding("note" if left < CA_NOTICE else "ok", "CA", f"{path}, valid until {ends:%Y-%m-%d}")


def elasticsearch(settings: ElasticsearchSettings) -> Iterator[Finding]:
    """Look at Elasticsearch (reachable, authorised, template there) and at the clock, by its time when it tells."""
    if settings.url is None:
        yield Finding("ok", "Elasticsearch", "not configured: documents stay in the embedded store")
        yield clock(None)
        return
    if settings.ca_certs and not os.access(settings.ca_certs, os.R_OK):
        yield Finding("mend", "Elasticsearch", f"{settings.ca_certs} cannot be read; see to `elasticsearch.ca_certs`")
        yield clock(None)
        return
    cluster = Cluster(msgspec.structs.replace(settings, request_timeout=CHECK_TIMEOUT))
    try:
        yield _cluster(cluster, settings)
        yield clock(_its_time(cluster))
    finally:
        cluster.close()


def _cluster(cluster: Cluster, settings: ElasticsearchSettings) -> Finding:
    remedies = {
        "unreachable": "see to `elasticsearch.url`, and to `ca_certs` for https; documents wait meanwhile",
        "unauthorized": "see to `elasticsearch.api_key`, or `username` and `password`",
        "forbidden": "give the key the cluster privilege `monitor`",
    }
    try:
        release = cluster.version()
    except ClusterError as error:
        remedy = remedies.get(error.kind, "see to the `elasticsearch` settings")
        return Finding("mend", "Elasticsearch", f"{str(error).rstrip('.')}; {remedy}")
    where = f"{cluster.address}, {release or 'version untold'}"
    try:
        found = find(cluster, settings)
    except ClusterError as error:
        if error.kind == "forbidden":
            return Finding(
                "note", "Elasticsearch", f"{where}; this key may not see index templates, so ours is not checked"
            )
        return Finding("mend", "Elasticsearch", f"{error} {remedies.get(error.kind, '')}".rstrip())
    ours = msgspec.json.decode(shipped("elasticsearch/index-template.json").read_bytes())["version"]
    if found is None:
        state: State = "note" if settings.setup else "mend"
        how = "it is installed at the start" if settings.setup else "run `llmtap setup elasticsearch`"
        return Finding(state, "Elasticsearch", f"{where}; the index template is missing: {how}")
    if found.version < ours:
        return Finding(
            "note", "Elasticsearch", f"{where}; the index template is older than ours: run `llmtap setup elasticsearch`"
        )
    return Finding("ok", "Elasticsearch", f"{where}, index template {found.name} version {found.version}")


def _its_time(cluster: Cluster) -> datetime | None:
    """Return Elasticsearch's clock, or None when it cannot be asked."""
    try:
        reply = cluster.request("GET", "/_cat/health?format=json&h=epoch")
    except ClusterError:
        return None
    match reply.body:
        case [{"epoch": str(epoch)}] if epoch.isdecimal():
            return datetime.fromtimestamp(int(epoch), UTC)
        case _:
            return None


def clock(theirs: datetime | None) -> Finding:
    """Look at this machine's clock, against another where there is one."""
    now = datetime.now(UTC)
    if now.year < RELEASED:
        return Finding("mend", "clock", f"it says {now:%Y-%m-%d}; set it, or the documents' times are wrong")
    if theirs is None:
        return Finding("note", "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC, not compared: no Elasticsearch")
    skew = (now - theirs).total_seconds()
    if abs(skew) > SKEW_SECONDS:
        side = "ahead of" if skew > 0 else "behind"
        return Finding("mend", "clock", f"{abs(skew):.0f} s {side} Elasticsearch's; let both keep time by NTP")
    return Finding("ok", "clock", f"within {SKEW_SECONDS:.0f} s of Elasticsearch's")


def store(settings: StoreSettings, *, shipping: bool) -> Finding:
    """Look at the store: can it be read and written, and what does it hold."""
    path = settings.path
    if _absent(path):
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if why := _unwritable(folder):
            return Finding(
                "mend",
                "store",
                f"{path} cannot be made ({why}); give {folder} to the user who runs llmtap, or set `store.path`",
            )
        return Finding("ok", "store", f"{path} is made with the first call")
    try:
        outbox = Outbox.existing(path)
        try:
            counts = outbox.counts()
        finally:
            outbox.close()
    except OutboxError as error:
        return Finding("mend", "store", str(error))
    if not os.access(path, os.W_OK) or _unwritable(path.parent):
        return Finding("mend", "store", f"{path} cannot be written; give it and its folder to the user who runs llmtap")
    held = f"{path}, {counts.bytes / 1e6:.1f} MB, {count(counts.accepted)} accepted"
    if shipping:
        held += f", {count(counts.delivered)} delivered, {count(counts.pending)} pending"
    if counts.dead or counts.dropped:
        return Finding(
            "note",
            "store",
            f"{held}, {count(counts.dead)} dead, {count(counts.dropped)} dropped; see `llmtap outbox status`",
        )
    return Finding("ok", "store", held)


def _absent(path: Path) -> bool:
    """Return whether there is no such file; of a folder that may not be looked into, nobody knows."""
    try:
        return not path.exists()
    except PermissionError:
        return False


def _unwritable(folder: Path) -> str | None:
    """Return why no file can be made in `folder`, or None; permissions alone do not tell (root, /proc, full disks)."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)


def relay(settings: RelaySettings) -> Finding:
    """Look at who goes to the relay; the key is not shown."""
    host = urlsplit(settings.base_url).hostname or ""
    callers = f"{settings.share:g} % of the callers of {', '.join(settings.providers)}"
    return Finding("ok" if settings.share else "note", "relay", f"{settings.name} at {host} for {callers}")


def prices() -> Finding:
    """Look at how old the prices are: the newest day that genai-prices' data speaks of."""
    newest = _newest_day(get_snapshot(), datetime.now(UTC).date())
    text = f"genai-prices {version('genai-prices')}"
    if newest is None:
        return Finding("ok", "prices", text)
    age = datetime.now(UTC).date() - newest
    if age > OLD_PRICES:
        return Finding(
            "note", "prices", f"{text}, whose newest price is of {newest}; update it: pip install -U genai-prices"
        )
    return Finding("ok", "prices", f"{text}, its newest price {age.days} days old ({newest})")


def _newest_day(snapshot: DataSnapshot, today: date) -> date | None:
    """Return the latest day, not after today, on which a price began or was checked by its publisher."""
    days: set[date] = set()
    for provider in snapshot.providers:
        for text in (provider.price_comments, *(model.price_comments for model in provider.models)):
            days.update(_days(text or ""))
        for model in provider.models:
            conditions = model.prices if isinstance(model.prices, list) else ()
            days.update(begun for part in conditions if (begun := getattr(part.constraint, "start_date", None)))
    return max((day for day in days if day <= today), default=None)


def _days(text: str) -> Iterator[date]:
    for match in _DAY.findall(text):
        try:
            yield date.fromisoformat(match)
        except ValueError:
            continue
