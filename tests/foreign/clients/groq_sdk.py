"""The SDK of Groq: chat, streamed and not."""

import json
import sys

import groq

client = groq.Groq(max_retries=0)
ASK = {"model": "llama-3.1-8b-instant", "messages": [{"role": "user", "content": "Where is Paris?"}]}
said = []

chat = client.chat.completions.create(**ASK)
count = {"input": chat.usage.prompt_tokens, "output": chat.usage.completion_tokens}
said.append({"id": chat.id, "model": chat.model, "text": chat.choices[0].message.content, **count})

chunks = list(client.chat.completions.create(**ASK, stream=True))
text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
said.append({"id": chunks[0].id, "model": chunks[0].model, "text": text})

json.dump(said, sys.stdout)
