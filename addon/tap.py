"""`mitmdump -s addon/tap.py`: one import; works from a bare checkout as well as beside an installed llmtap."""

import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:
    sys.path.append(HERE)

from llmtap.addon import Tap  # noqa: E402 -- the package stands beside this script, which is on no path yet

addons = [Tap()]
