"""What may be said of a fault of ours in a log: its kind and where it happened.

Never its message: what Python says of a value that it did not expect quotes the value, which may be of a body.
"""

import traceback
from pathlib import PurePath

_PLACES = 8
"""How many of the innermost frames are named."""


def fault(error: Exception) -> str:
    """Return the kind of an exception and the lines that it passed, the innermost last."""
    frames = list(traceback.walk_tb(error.__traceback__))[-_PLACES:]
    places = [f"{PurePath(frame.f_code.co_filename).name}:{line}" for frame, line in frames]
    return f"{type(error).__name__} at {' > '.join(places)}"
