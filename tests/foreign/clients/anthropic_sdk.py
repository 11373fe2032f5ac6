"""Anthropic's own SDK: messages, streamed and not, and a call of a tool."""

import json
import sys

import anthropic

client = anthropic.Anthropic(max_retries=0)
MODEL = "claude-haiku-4-5"
weather: anthropic.types.ToolParam = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
said: list[dict[str, object]] = []


def tell(message: anthropic.types.Message) -> None:
    """Note what a message says."""
    (block,) = message.content
    text = block.text if block.type == "text" else str(block.type)
    count = {"input": message.usage.input_tokens, "output": message.usage.output_tokens}
    said.append({"id": message.id, "model": message.model, "text": text, **count})


tell(client.messages.create(model=MODEL, max_tokens=64, messages=[{"role": "user", "content": "Where is Paris?"}]))
with client.messages.stream(
    model=MODEL, max_tokens=64, messages=[{"role": "user", "content": "Where is Paris?"}]
) as stream:
    tell(stream.get_final_message())
with client.messages.stream(
    model=MODEL, max_tokens=64, messages=[{"role": "user", "content": "What weather has Paris?"}], tools=[weather]
) as stream:
    tell(stream.get_final_message())

json.dump(said, sys.stdout)
