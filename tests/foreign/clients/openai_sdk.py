"""OpenAI's own SDK: chat and responses, streamed and not, embeddings, and a deployment at Azure."""

import json
import sys

import openai

QUESTION = "Where is Paris?"
client = openai.OpenAI(max_retries=0)
azure = openai.AzureOpenAI(azure_endpoint="https://acme.openai.azure.com", api_version="2024-10-21", max_retries=0)
said: list[dict[str, object]] = []


def tell(ident: str, model: str, text: str | None, tokens: openai.types.CompletionUsage | None) -> None:
    """Note what a chat's answer says."""
    assert tokens is not None
    count = {"input": tokens.prompt_tokens, "output": tokens.completion_tokens}
    said.append({"id": ident, "model": model, "text": text, **count})


for chatting, model in ((client, "gpt-4o-mini"), (azure, "gpt-4o")):
    chat = chatting.chat.completions.create(model=model, messages=[{"role": "user", "content": QUESTION}])
    tell(chat.id, chat.model, chat.choices[0].message.content, chat.usage)
    text, usage = "", None
    for chunk in chatting.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    ):
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        usage = chunk.usage or usage
    tell(chunk.id, chunk.model, text, usage)

whole = client.responses.create(model="gpt-4.1-mini", input=QUESTION)
with client.responses.stream(model="gpt-4.1-mini", input=QUESTION) as stream:
    streamed = stream.get_final_response()
for response in (whole, streamed):
    assert response.usage is not None
    count = {"input": response.usage.input_tokens, "output": response.usage.output_tokens}
    said.append({"id": response.id, "model": response.model, "text": response.output_text, **count})

vectors = client.embeddings.create(model="text-embedding-3-small", input=["Paris", "France"])
count = {"input": vectors.usage.prompt_tokens, "output": vectors.usage.total_tokens - vectors.usage.prompt_tokens}
said.append({"model": vectors.model, "text": str(len(vectors.data)), **count})

json.dump(said, sys.stdout)
