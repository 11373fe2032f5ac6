"""google-genai: contents generated at once and in a stream.

The mock servers know `v1beta` alone; the SDK asks for `v1` since its third version.
"""

import json
import sys

from google import genai

client = genai.Client(http_options={"api_version": "v1beta"})
MODEL = "gemini-2.5-flash"
QUESTION = "Where is Paris?"
said = []

whole = client.models.generate_content(model=MODEL, contents=QUESTION)
pieces = list(client.models.generate_content_stream(model=MODEL, contents=QUESTION))
for text, last in ((whole.text, whole), ("".join(piece.text or "" for piece in pieces), pieces[-1])):
    usage = last.usage_metadata
    count = {"input": usage.prompt_token_count, "output": usage.candidates_token_count}
    said.append({"id": last.response_id, "model": last.model_version, "text": text, **count})

json.dump(said, sys.stdout)
