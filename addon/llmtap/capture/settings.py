"""What the operator says of capture: whom to open, how much to hold, and whether to ask for usage."""

from typing import Literal

import msgspec


class CaptureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be opened, and how much of a body is held in memory while a call lasts.

    `hosts` are further host names to open (`*.example.com` allowed), `ignore_hosts` are never opened;
    `max_body_bytes` is the cap for each body, half of it for the head and half for the tail. `include_usage: inject`
    asks OpenAI for the usage of streams that do not ask themselves (`injection.py`).
    """

    hosts: tuple[str, ...] = ()
    ignore_hosts: tuple[str, ...] = ()
    max_body_bytes: int = 16 * 1024 * 1024
    include_usage: Literal["leave", "inject"] = "leave"
