"""mitmproxy's door: options and hooks. Reading starts here.

A hook decides where a flow belongs and hands it on; nothing here waits, parses a body or raises. Handshakes and
WebSocket sessions have doors of their own (`tls`, `websocket`), which mitmproxy finds through this one. What llmtap
needs of mitmproxy is set as options when mitmproxy starts, unless the operator set them otherwise; upstream
verification is never turned off. Each default is reasoned in `docs/decisions/0003-mitmproxy-options.md`.
"""

import asyncio
import logging
import threading
import weakref
from collections import deque
from collections.abc import MutableMapping
from pathlib import Path

from mitmproxy import addonmanager, ctx, exceptions, hooks, http

from llmtap import contentview, dispatch, injection, relay, tuning
from llmtap.capture.exchange import Endpoint, Exchange
from llmtap.capture.failure import SHUTDOWN
from llmtap.capture.provider import Providers, ProviderTable
from llmtap.capture.recorder import RELAY, Recorder, Recording, client_of
from llmtap.capture.settings import CaptureSettings
from llmtap.config import ConfigError, Settings, fallback_prices, load
from llmtap.decode.fault import fault
from llmtap.enrich.cost import Prices
from llmtap.export.outbox import OutboxError
from llmtap.pipeline import Pipeline, Reading
from llmtap.tls import TlsDoor
from llmtap.websocket import WebSocketDoor

logger = logging.getLogger(__name__)

ADOPTION_SECONDS = 2.0
"""How long a Tap whose script is loaded again waits for the next one."""
WATCH_SECONDS = 1.0
"""How often the configuration file is looked at for changes."""


class Tap:
    """The addon: sees every LLM call that passes mitmproxy and hands each to the pipeline exactly once."""

    def __init__(self) -> None:
        """Know no settings and no store yet."""
        self.settings: Settings | None = None
        self.providers = Providers(ProviderTable())
        self.recorder = Recorder(CaptureSettings())
        self.sessions = WebSocketDoor(self.recorder, self._hand_on)
        self.handshakes = TlsDoor(self.providers)
        self.addons = [self.sessions, self.handshakes]  # mitmproxy calls their hooks as well
        self.pipeline: Pipeline | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._shown: MutableMapping[str, http.HTTPFlow] = weakref.WeakValueDictionary()
        self._asked: set[str] = set()  # ids of the flows whose usage we asked for
        self._early: deque[Exchange] = deque(maxlen=1000)  # mitmproxy listens some milliseconds before `running`
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
        early, self._early = self._early, deque(maxlen=0)  # without a pipeline, nothing is kept from here on
        if self.settings is None:
            self.configure({"llmtap_config"})
        if self.settings is None:
            return
        if _predecessors:
            self._inherit(_predecessors.pop(), self.settings)
        else:
            try:
                self.pipeline = Pipeline(self.settings)
            except OutboxError as error:
                logger.error("llmtap: %s", error)  # noqa: TRY400 -- as above
                return
            self.pipeline.start()
        interactive = ctx.master.addons.get("view") is not None
        if self.pipeline is not None:
            self.pipeline.on_reading = self._annotate_soon if interactive else None
            for exchange in early:
                self.pipeline.put(exchange)
        self.recorder.keep = interactive
        self.recorder.recorded = tuning.recording(ctx.options)
        tuning.prefer(ctx.options, {**tuning.OPTIONS, "store_streamed_bodies": self.recorder.recorded})
        self._loop = asyncio.get_running_loop()
        if interactive:
            tuning.prefer(ctx.options, {"web_columns": contentview.COLUMNS})
            self._show(self.settings)
        dispatch.install(ctx.master.addons)
        tuning.PROXY_LOGGER.addFilter(tuning.worth_saying)
        tuning.tune()
        self._watcher = self._loop.create_task(self._watch())
        logger.info("llmtap: LLM calls are recorded in %s", self.settings.store.path)

    def done(self) -> None:
        """End with mitmproxy: what is under way is closed as shut down, and the pipeline ends within its bounds.

        When the script is only loaded again, the next Tap takes over all that is under way.
        """
        if self._watcher is not None:
            self._watcher.cancel()
        tuning.PROXY_LOGGER.removeFilter(tuning.worth_saying)
        if self.pipeline is None:
            return
        if ctx.master.should_exit.is_set():
            self._end()
        else:
            _predecessors.append(self)
            self._loop.call_later(ADOPTION_SECONDS, _end_orphans)

    def _end(self) -> None:
        pipeline, self.pipeline = self.pipeline, None
        if pipeline is not None:
            for exchange in (*self.recorder.finish_all(), *self.sessions.close_all(SHUTDOWN)):
                pipeline.put(exchange)
            pipeline.stop()

    def _inherit(self, predecessor: "Tap", settings: Settings) -> None:
        """Go on with the flows, sessions and pipeline of the Tap that this one replaces."""
        self.recorder = predecessor.recorder
        self.sessions.adopt(predecessor.sessions, self.recorder)
        self.handshakes.adopt(predecessor.handshakes)
        self.pipeline, predecessor.pipeline = predecessor.pipeline, None
        self._asked = predecessor._asked  # noqa: SLF001 -- of its own kind
        self._apply(settings)

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """Remember who the client says it is, and let nobody further up see it."""
        self.recorder.identify(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin to record an LLM call, and send it to the relay when the relay settings say so."""
        self.recorder.identify(flow)
        request, host = flow.request, flow.request.pretty_host
        endpoint = self.providers.endpoint(host, request.port, request.method, request.path, request.headers.fields)
        if endpoint is None and not self.recorder.keep:
            self.recorder.let_pass(flow)
            return
        recording = self.recorder.begin(flow, endpoint, host)
        if endpoint is not None:
            contentview.leave(flow, endpoint)
            self._redirect(flow, endpoint, recording)

    def request(self, flow: http.HTTPFlow) -> None:
        """Ask for the usage that a provider leaves out, when the settings say so; a relay may not take the question."""
        if self.recorder.settings.include_usage == "leave" or RELAY in flow.metadata:
            return
        if (endpoint := contentview.left(flow)) is None:
            return
        asked = injection.asking(endpoint, flow.request.headers.fields, flow.request.raw_content or b"")
        if asked is not None:
            flow.request.raw_content = asked
            flow.request.headers["content-length"] = str(len(asked))
            flow.request.headers.pop("accept-encoding", None)
            self._asked.add(flow.id)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let the response pass as it arrives, without the answer that only we asked for."""
        self.recorder.tap(flow)
        if flow.id in self._asked and flow.response is not None and callable(flow.response.stream):
            flow.response.stream = injection.without_answer(flow.response.headers.fields, flow.response.stream)

    def response(self, flow: http.HTTPFlow) -> None:
        """Hand on a call whose response is complete; the calls of a session are still to come."""
        if flow.websocket is None:
            self._finish(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        """Hand on a call that was cut off, refused or abandoned."""
        self._finish(flow)

    def _finish(self, flow: http.HTTPFlow) -> None:
        self._asked.discard(flow.id)
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
        contentview.register(self.providers, Prices(settings.prices, fallback_prices))

    def _annotate_soon(self, reading: Reading) -> None:  # on the worker thread
        self._loop.call_soon_threadsafe(self._annotate, reading)

    def _annotate(self, reading: Reading) -> None:
        flow = self._shown.pop(reading.exchange.id, None)
        if flow is not None:
            flow.comment = contentview.comment(
                reading.inference, reading.cost, reading.latency, reading.exchange.failure
            )
            ctx.master.addons.trigger(hooks.UpdateHook([flow]))

    async def _watch(self) -> None:
        """Read the configuration again when one of its files changes; a faulty edit changes nothing."""
        seen = None
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self.settings is None or (now := self.settings.current_stamps()) in (self.settings.stamps, seen):
                continue
            seen = now
            try:
                self._apply(_load())
            except ConfigError as error:
                logger.warning("llmtap: the configuration stays as it was: %s", error)
            except Exception as error:  # noqa: BLE001 -- the border of the task: a fault of ours must not end the watch
                logger.warning("llmtap: the configuration stays as it was: %s", fault(error))

    def _apply(self, settings: Settings) -> None:
        """Let later calls follow these settings. Store and Elasticsearch stay as they were: they need a restart."""
        before, self.settings = self.settings, settings
        self.providers = self.handshakes.providers = Providers(settings.providers, settings.capture)
        self.recorder.settings = settings.capture
        if before is not None and self.pipeline is not None:
            self.pipeline.apply(settings)
            if self.recorder.keep:
                self._show(settings)
            if (settings.store, settings.elasticsearch) != (before.store, before.elasticsearch):
                logger.warning("llmtap: changes of `store` and `elasticsearch` take effect after a restart")
            logger.info("llmtap: configuration applied")


_predecessors: list[Tap] = []
"""Taps whose script is being loaded again, until the next one takes over."""


def _end_orphans() -> None:
    """End what nobody took over: the script is gone for good. Off the event loop, since it waits for disk."""
    while _predecessors:
        threading.Thread(target=_predecessors.pop()._end, name="llmtap-end").start()  # noqa: SLF001 -- of this module


def _load() -> Settings:
    return load(Path(named) if (named := ctx.options.llmtap_config) else None)
