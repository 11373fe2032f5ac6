"""An application that tries again as Anthropic's SDK does by itself."""

import json
import sys

import anthropic

client = anthropic.Anthropic()
text, error = "", None
try:
    with client.messages.stream(
        model="claude-haiku-4-5", max_tokens=64, messages=[{"role": "user", "content": "Where is Paris?"}]
    ) as stream:
        for piece in stream.text_stream:
            text += piece
except Exception as failure:  # noqa: BLE001 -- what a broken stream raises differs by the fault, and is what is told
    error = type(failure).__name__

json.dump([{"text": text, "error": error}], sys.stdout)
