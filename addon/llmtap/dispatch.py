"""mitmproxy's hook dispatch with a memory: the same handlers in the same order, found once instead of at every hook.

mitmproxy asks every addon (some 35, most of them idle) for every hook by name, eight times a request; that is a third
of what a request costs it (mitmproxy.md section 7). Which addon handles what changes only when an addon comes or goes,
so the list is kept until then. It is for the versions of mitmproxy whose dispatch was compared; others keep their own.
"""

import inspect
from collections.abc import Callable, Sequence

from mitmproxy import addonmanager, exceptions, hooks, version

COMPARED = ("12.2.",)
"""Versions of mitmproxy whose `AddonManager.trigger_event` does what `Dispatch.trigger_event` does."""

type Handlers = Sequence[Callable[..., object]]


class Dispatch:
    """Finds the handlers of a hook, and remembers them while the addons stay the same."""

    def __init__(self, manager: addonmanager.AddonManager) -> None:
        """Dispatch for the addons of `manager`."""
        self._manager = manager
        self._addons: list[object] = []
        self._handlers: dict[str, list[Handlers]] = {}

    async def trigger_event(self, event: hooks.Hook) -> None:
        """Call the hook's handlers in the order of their addons; what one raises is logged, and the next goes on."""
        for handlers in self._handlers_of(event):
            try:
                with addonmanager.safecall():
                    for handler in handlers:
                        result = handler(*event.args())
                        if result is not None and inspect.isawaitable(result):
                            await result
            except exceptions.AddonHalt:
                return

    def _handlers_of(self, event: hooks.Hook) -> list[Handlers]:
        addons = list(self._manager.lookup.values())
        if addons != self._addons:
            self._addons = addons
            self._handlers = {}
        found = self._handlers.get(event.name)
        if found is None:
            found = self._handlers[event.name] = [
                own for addon in self._manager.chain if (own := self._own(addon, event))
            ]
        return found

    def _own(self, addon: object, event: hooks.Hook) -> Handlers:
        """Return what one addon and those within it handle the hook with."""
        own: list[Callable[..., object]] = []
        with addonmanager.safecall():
            own.extend(handler for _, handler in self._manager._iter_hooks(addon, event))  # noqa: SLF001 -- its own reading of an addon
        return own


def install(manager: addonmanager.AddonManager) -> None:
    """Let `manager` dispatch with a memory, when its version is one that was compared."""
    if version.VERSION.startswith(COMPARED):
        manager.trigger_event = Dispatch(manager).trigger_event  # type: ignore[method-assign]
