"""The dispatch with a memory does what mitmproxy's own does, whatever the addons are and however they come and go."""

import asyncio
from collections.abc import Callable

import pytest
from mitmproxy import exceptions, hooks, version
from mitmproxy.addonmanager import AddonManager
from mitmproxy.proxy.layers.http import _hooks as http_hooks
from mitmproxy.test import taddons, tflow

from llmtap import dispatch
from llmtap.dispatch import Dispatch

FLOW = tflow.tflow()
EVENTS = [http_hooks.HttpRequestHook(FLOW), hooks.UpdateHook([FLOW]), http_hooks.HttpResponseHook(FLOW)]


class Sync:
    """An addon that handles a request and tells of it."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name = name
        self.told = told

    def request(self, _: object) -> None:
        """Tell."""
        self.told.append(f"{self.name}.request")


class Async(Sync):
    """One that is awaited, and handles updates as well."""

    async def request(self, _: object) -> None:  # type: ignore[override]
        """Tell."""
        await asyncio.sleep(0)
        self.told.append(f"{self.name}.request")

    def update(self, _: object) -> None:
        """Tell."""
        self.told.append(f"{self.name}.update")


class Raising(Sync):
    """One that fails."""

    def request(self, _: object) -> None:
        """Tell."""
        self.told.append(f"{self.name}.request")
        raise RuntimeError("on purpose")


class Halting(Sync):
    """One that ends the walk."""

    def response(self, _: object) -> None:
        """Tell."""
        self.told.append(f"{self.name}.response")
        raise exceptions.AddonHalt


class Nest(Sync):
    """One with others inside."""

    @property
    def addons(self) -> list[object]:
        """Those within."""
        return [Async(f"{self.name}/a", self.told), Sync(f"{self.name}/b", self.told)]


class Last(Sync):
    """One that is never reached after a halt."""

    def response(self, _: object) -> None:
        """Tell."""
        self.told.append(f"{self.name}.response")


KINDS = (Sync, Async, Raising, Nest, Halting, Last)


def told_by(trigger: Callable[[AddonManager], Callable[[hooks.Hook], object]]) -> list[str]:
    """Return what addons tell when events are triggered, one addon removed and one added in between."""
    told: list[str] = []

    async def main() -> None:
        with taddons.context() as context:
            manager = context.master.addons
            addons = [kind(kind.__name__.lower(), told) for kind in KINDS]
            manager.add(*addons)
            how = trigger(manager)
            for change in (lambda: None, lambda: manager.remove(addons[1]), lambda: manager.add(Sync("new", told))):
                change()
                for event in EVENTS * 2:
                    await how(event)  # type: ignore[misc]
            await context.master.done()  # takes its log handler off again

    asyncio.run(main())
    return told


def test_equal_to_mitmproxys_own() -> None:
    """Order, awaiting, faults, halts, nested addons and changes of the list are as in mitmproxy."""
    expected = told_by(lambda manager: manager.trigger_event)

    assert told_by(lambda manager: Dispatch(manager).trigger_event) == expected
    assert "async.request" in expected
    assert "last.response" not in expected


def test_faults_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What an addon raises is logged as mitmproxy does."""
    told_by(lambda manager: Dispatch(manager).trigger_event)

    assert "Addon error: on purpose" in caplog.text


def test_only_known_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that was not compared keeps its own dispatch; the installed one was compared."""
    with taddons.context() as context:
        manager = context.master.addons
        monkeypatch.setattr(version, "VERSION", "99.0.0")
        dispatch.install(manager)
        assert "trigger_event" not in vars(manager)
        monkeypatch.undo()
        dispatch.install(manager)
        assert "trigger_event" in vars(manager)
