"""mitmproxy's door: options and hooks. Reading starts here.

A hook decides where a flow belongs and hands it on; nothing here waits, parses a body or raises. What llmtap needs of
mitmproxy is set as options when mitmproxy starts, unless the operator set them otherwise; upstream verification is
never turned off. Each default is reasoned in `docs/decisions/0003-mitmproxy-options.md`.
"""

import asyncio
import logging
import weakref
from collections.abc import MutableMapping
from pathlib import Path

from cachetools import TTLCache
from mitmproxy import addonmanager, ctx, exceptions, hooks, http, tls

from llmtap import contentview, dispatch, relay, tuning
from llmtap.capture.exchange import Endpoint, Exchange
from llmtap.capture.provider import Providers, ProviderTable
from llmtap.capture.recorder import RELAY, SHUTDOWN, Recorder, Recording, client_of
from llmtap.capture.sessions import Sessions
from llmtap.capture.window import CaptureSettings
from llmtap.config import ConfigError, Settings, load
from llmtap.enrich.cost import Prices
from llmtap.export.outbox import OutboxError
from llmtap.pipeline import Pipeline, Reading

logger = logging.getLogger(__name__)

PROXY_LOGGER = logging.getLogger("mitmproxy.proxy.server")

OPTIONS: dict[str, bool | str | int] = {
    "connection_strategy": "lazy",
    "http2": False,
    "tcp_timeout": 3600,
    "upstream_cert": False,
}
"""What replaces mitmproxy's own defaults (mitmproxy.md section 0); an operator's `--set` wins."""

PINNED_SECONDS = 300
"""How long a client that refused our certificate for a host is left alone with that host."""
SHOWN_MESSAGES = 2000
"""How many messages of a WebSocket session a user interface keeps; without one none but the last stays in memory."""
WATCH_SECONDS = 1.0
"""How often the configuration file is looked at for changes."""


class Tap:
    """The addon: sees every LLM call that passes mitmproxy and hands each to the pipeline exactly once."""

    def __init__(self) -> None:
        """Know nothing yet: settings come with `configure`, the store and the threads with `running`."""
        self.settings: Settings | None = None
        self.providers = Providers(ProviderTable())
        self.recorder = Recorder(CaptureSettings())
        self.sessions = Sessions()
        self.pipeline: Pipeline | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._pinned: TTLCache[tuple[str, str], bool] = TTLCache(10_000, PINNED_SECONDS)
        self._shown: MutableMapping[str, http.HTTPFlow] = weakref.WeakValueDictionary()
        self._early: list[Exchange] = []  # mitmproxy listens some milliseconds before `running`
        self._loop: asyncio.AbstractEventLoop

    def load(self, loader: addonmanager.Loader) -> None:
        """Declare our options."""
        loader.add_option("llmtap_config", str, "", "Configuration file of llmtap (see config/llmtap.yaml).")

    def configure(self, updated: set[str]) -> None:
        """Read the configuration that the option names; raises OptionsError, which takes a later change back.

        At start-up a faulty configuration is logged as an error, on which mitmproxy ends with exit code 1.
        """
        if "llmtap_config" not in updated and self.settings is not None:
            return
        try:
            settings = _load()
        except ConfigError as error:
            if self.settings is not None:
                raise exceptions.OptionsError(str(error)) from error
            logger.error("llmtap: %s", error)  # noqa: TRY400 -- a sentence for the operator, who gets no use of a traceback
        else:
            self._apply(settings)

    def running(self) -> None:
        """Start the pipeline, and make mitmproxy fit for long streams."""
        if self.settings is None:
            self.configure({"llmtap_config"})
        if self.settings is None:
            return
        interactive = ctx.master.addons.get("view") is not None
        try:
            self.pipeline = Pipeline(self.settings, on_reading=self._annotate_soon if interactive else None)
        except OutboxError as error:
            logger.error("llmtap: %s", error)  # noqa: TRY400 -- as above
            return
        self.pipeline.start()
        while self._early:
            self.pipeline.put(self._early.pop(0))
        self.recorder.keep = interactive
        _prefer_options()
        self._loop = asyncio.get_running_loop()
        if interactive:
            self._show(self.settings)
        dispatch.install(ctx.master.addons)
        PROXY_LOGGER.addFilter(_worth_saying)
        tuning.tune()
        self._watcher = self._loop.create_task(self._watch(self.settings))
        logger.info("llmtap: LLM calls are recorded in %s", self.settings.store.path)

    def done(self) -> None:
        """Close what is under way as shut down, and let the pipeline end within its bounds."""
        if self._watcher is not None:
            self._watcher.cancel()
        PROXY_LOGGER.removeFilter(_worth_saying)
        pipeline, self.pipeline = self.pipeline, None
        if pipeline is not None:
            for exchange in (*self.recorder.finish_all(), *self.sessions.close_all(SHUTDOWN)):
                pipeline.put(exchange)
            pipeline.stop()

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Remember who the client says it is, and let nobody further up see it."""
        self.recorder.identify(flow)

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Leave every connection untouched that is not to an LLM host, that speaks HTTP/2 only, or that is pinned."""
        address = data.context.server.address
        hello = data.client_hello
        host = hello.sni or (address[0] if address else "")
        port = address[1] if address else 443
        pinned = (data.context.client.peername[0], host) in self._pinned
        if pinned or hello.alpn_protocols == [b"h2"] or not self.providers.opened(host, port):
            data.ignore_connection = True

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Tunnel the next connections of a client that does not trust our certificate."""
        client, host = data.context.client.peername[0], data.conn.sni
        if host is None or "does not trust" not in (data.conn.error or ""):
            return
        if (client, host) not in self._pinned:
            logger.warning(
                "llmtap: the client at %s does not trust the proxy's certificate for %s; its calls to that host pass "
                "unseen for %d s (let it trust the CA: `llmtap env` prints how)",
                client,
                host,
                PINNED_SECONDS,
            )
        self._pinned[client, host] = True

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to record an LLM call, and send it to the relay when the relay settings say so."""
        self.recorder.identify(flow)
        request, host = flow.request, flow.request.pretty_host
        endpoint = self.providers.endpoint(host, request.port, request.method, request.path, request.headers.fields)
        if endpoint is None and not self.recorder.keep:
            return
        recording = self.recorder.begin(flow, endpoint, host)
        if endpoint is not None:
            contentview.leave(flow, endpoint)
            self._redirect(flow, endpoint, recording)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let the response pass as it arrives."""
        self.recorder.tap(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        """Hand on a call whose response is complete; the calls of a session are still to come."""
        if flow.websocket is None:
            self._finish(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Hand on a call that was cut off, refused or abandoned."""
        self._finish(flow)

    def websocket_start(self, flow: http.HTTPFlow) -> None:
        """Follow a session: each of its responses is a call."""
        if upgrade := self.recorder.finish(flow):
            self.sessions.open(flow.id, upgrade)

    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Hand on the calls that a message completes, and let go of the messages before it."""
        if flow.websocket is not None:
            messages = flow.websocket.messages
            said = messages[-1]
            self._hand_on(flow, self.sessions.message(flow.id, said.content, from_client=said.from_client))
            del messages[: -(SHOWN_MESSAGES if self.recorder.keep else 1)]

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Hand on the calls that a session leaves open."""
        if (end := flow.websocket) is not None:
            by_client = end.closed_by_client is True
            self._hand_on(flow, self.sessions.close(flow.id, end.close_code, end.close_reason, by_client=by_client))

    def _finish(self, flow: http.HTTPFlow) -> None:
        if exchange := self.recorder.finish(flow):
            self._hand_on(flow, [exchange])

    def _hand_on(self, flow: http.HTTPFlow, exchanges: list[Exchange]) -> None:
        for exchange in exchanges:
            if self.recorder.keep:
                self._shown[exchange.id] = flow
            if self.pipeline is not None:
                self.pipeline.put(exchange)
            else:
                self._early.append(exchange)

    def _redirect(self, flow: http.HTTPFlow, endpoint: Endpoint, recording: Recording) -> None:
        """Send the request to the relay when the relay settings say so; only here is traffic changed."""
        if self.settings is None or self.settings.relay is None:
            return
        settings, team_header = self.settings.relay, self.settings.attribution.headers.team or ""
        asked = recording.request
        caller = relay.caller_of(client_of(flow), asked.headers, asked.path, team_header)
        target = relay.target(settings, endpoint, asked.path, asked.headers, caller)
        if target is None:
            return
        request = flow.request
        for name in target.drop_headers:
            request.headers.pop(name, None)
        for name, value in target.set_headers:
            request.headers[name] = value
        request.scheme, request.host, request.port, request.path = target.scheme, target.host, target.port, target.path
        recording.relay = flow.metadata[RELAY] = settings.name
        recording.secrets = (settings.api_key,)

    def _show(self, settings: Settings) -> None:
        contentview.register(self.providers, Prices(settings.prices))

    def _annotate_soon(self, reading: Reading) -> None:
        """Called by the worker thread; a user interface may only be touched on the event loop."""
        self._loop.call_soon_threadsafe(self._annotate, reading)

    def _annotate(self, reading: Reading) -> None:
        flow = self._shown.pop(reading.exchange.id, None)
        if flow is not None:
            flow.comment = contentview.comment(reading.inference, reading.cost, reading.latency)
            ctx.master.addons.trigger(hooks.UpdateHook([flow]))

    async def _watch(self, settings: Settings) -> None:
        """Read the configuration again when one of its files changes; a faulty edit changes nothing."""
        seen = settings.stamps
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = settings.current_stamps()
            if now == seen:
                continue
            seen = now
            try:
                settings = _load()
            except ConfigError as error:
                logger.warning("llmtap: the configuration stays as it was: %s", error)
            else:
                seen = settings.stamps
                self._apply(settings)

    def _apply(self, settings: Settings) -> None:
        """Let later calls follow these settings. Store and Elasticsearch stay as they were: they need a restart."""
        before, self.settings = self.settings, settings
        self.providers = Providers(settings.providers, settings.capture)
        self.recorder.settings = settings.capture
        self.sessions.cap = settings.capture.max_body_bytes
        if before is not None and self.pipeline is not None:
            self.pipeline.apply(settings)
            if self.recorder.keep:
                self._show(settings)
            if (settings.store, settings.elasticsearch) != (before.store, before.elasticsearch):
                logger.warning("llmtap: changes of `store` and `elasticsearch` take effect after a restart")
            logger.info("llmtap: configuration applied")


def _load() -> Settings:
    named = ctx.options.llmtap_config
    return load(Path(named) if named else None)


def _prefer_options() -> None:
    ctx.options.update(**{name: value for name, value in OPTIONS.items() if not ctx.options.has_changed(name)})


def _worth_saying(record: logging.LogRecord) -> bool:
    """Whether mitmproxy's line is news: that a response is streamed is not, since all are."""
    return not record.getMessage().startswith("Streaming response from ")
