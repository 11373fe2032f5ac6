"""An application that tries again as OpenAI's SDK does by itself; its words are `whole` or `stream`, and seconds."""

import json
import sys

import openai

client = openai.OpenAI(timeout=float(sys.argv[2]))
text, error = "", None
try:
    if sys.argv[1] == "stream":
        for chunk in client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Where is Paris?"}], stream=True
        ):
            text += "".join(choice.delta.content or "" for choice in chunk.choices)
    else:
        chat = client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "Where is Paris?"}]
        )
        text += chat.choices[0].message.content or ""
except Exception as failure:  # noqa: BLE001 -- what a broken stream raises differs by the fault, and is what is told
    error = type(failure).__name__

json.dump([{"text": text, "error": error}], sys.stdout)
