"""The SDK of Cohere, second version of the API: chat, streamed and not, embed and rerank."""

import json
import sys

import cohere

client = cohere.ClientV2()
MODEL = "command-a-03-2025"
ASK = [{"role": "user", "content": "Where is Paris?"}]
said = []

chat = client.chat(model=MODEL, messages=ASK)
count = {"input": chat.usage.tokens.input_tokens, "output": chat.usage.tokens.output_tokens}
said.append({"id": chat.id, "text": chat.message.content[0].text, **count})

events = list(client.chat_stream(model=MODEL, messages=ASK))
text = "".join(event.delta.message.content.text for event in events if event.type == "content-delta")
usage = events[-1].delta.usage
count = {"input": usage.tokens.input_tokens, "output": usage.tokens.output_tokens}
said.append({"id": events[0].id, "text": text, **count})

vectors = client.embed(
    model="embed-v4.0", texts=["Paris", "France"], input_type="search_document", embedding_types=["float"]
)
said.append({"id": vectors.id, "text": str(len(vectors.embeddings.float_))})

ranked = client.rerank(model="rerank-v3.5", query="Where is Paris?", documents=["In France.", "In Texas."])
said.append({"id": ranked.id, "text": str(len(ranked.results))})

json.dump(said, sys.stdout)
