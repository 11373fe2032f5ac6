"""The SDK of Mistral AI: chat, streamed and not."""

import json
import os
import sys

from mistralai.client import Mistral

client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
ASK = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Where is Paris?"}]}
said = []

chat = client.chat.complete(**ASK)
count = {"input": chat.usage.prompt_tokens, "output": chat.usage.completion_tokens}
said.append({"id": chat.id, "model": chat.model, "text": chat.choices[0].message.content, **count})

text, usage = "", None
with client.chat.stream(**ASK) as stream:
    for event in stream:
        text += "".join(choice.delta.content or "" for choice in event.data.choices)
        usage = event.data.usage or usage
count = {"input": usage and usage.prompt_tokens, "output": usage and usage.completion_tokens}
said.append({"id": event.data.id, "model": event.data.model, "text": text, **count})

json.dump(said, sys.stdout)
