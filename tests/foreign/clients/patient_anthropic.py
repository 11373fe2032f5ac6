"""An application that tries again as Anthropic's SDK does by itself; its word is `whole` or `stream`."""

import json
import sys

import anthropic

client = anthropic.Anthropic()
MODEL = "claude-haiku-4-5"
text, error = "", None
try:
    if sys.argv[1] == "stream":
        with client.messages.stream(
            model=MODEL, max_tokens=64, messages=[{"role": "user", "content": "Where is Paris?"}]
        ) as stream:
            for piece in stream.text_stream:
                text += piece
    else:
        message = client.messages.create(
            model=MODEL, max_tokens=64, messages=[{"role": "user", "content": "Where is Paris?"}]
        )
        text += "".join(block.text for block in message.content if block.type == "text")
except Exception as failure:  # noqa: BLE001 -- what a broken stream raises differs by the fault, and is what is told
    error = type(failure).__name__

json.dump([{"text": text, "error": error}], sys.stdout)
