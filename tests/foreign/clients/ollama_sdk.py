"""The SDK of Ollama, with its cloud for a host: chat, streamed and not."""

import json
import sys

import ollama

client = ollama.Client(host="https://ollama.com")
ASK = {"model": "gpt-oss:20b", "messages": [{"role": "user", "content": "Where is Paris?"}]}
said = []

for answers in ([client.chat(**ASK)], list(client.chat(**ASK, stream=True))):
    text, last = "".join(answer.message.content or "" for answer in answers), answers[-1]
    said.append({"model": last.model, "text": text, "input": last.prompt_eval_count, "output": last.eval_count})

json.dump(said, sys.stdout)
