"""boto3, the SDK of AWS: Bedrock's converse and invoke, streamed and not, in two regions."""

import json
import sys

import boto3

MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0"
QUESTION = "Where is Paris?"
ASK = {"modelId": MODEL, "messages": [{"role": "user", "content": [{"text": QUESTION}]}]}
TOOL = {"name": "weather", "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}}}}
BODY = json.dumps(
    {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": QUESTION}],
    }
)
virginia = boto3.client("bedrock-runtime", region_name="us-east-1")
frankfurt = boto3.client("bedrock-runtime", region_name="eu-central-1")
said: list[dict[str, object]] = []


def tell(text: str, given: dict[str, int], taken: int, **more: str) -> None:
    """Note a text and its counts, in either spelling; what was read from a cache is input as well."""
    spellings = (("inputTokens", "cacheReadInputTokens"), ("input_tokens", "cache_read_input_tokens"))
    tokens = sum(given.get(name, 0) for names in spellings for name in names)
    said.append({"text": text, "input": tokens, "output": taken, **more})


plain = virginia.converse(**ASK)
tell(plain["output"]["message"]["content"][0]["text"], plain["usage"], plain["usage"]["outputTokens"])

question = [{"role": "user", "content": [{"text": "What weather has Paris?"}]}]
tools = {"tools": [{"toolSpec": TOOL}]}
for client, asked in ((virginia, {"modelId": MODEL, "messages": question, "toolConfig": tools}), (frankfurt, ASK)):
    events = list(client.converse_stream(**asked)["stream"])
    deltas = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    text = "".join(delta.get("text") or delta["toolUse"]["input"] for delta in deltas)
    (usage,) = [event["metadata"]["usage"] for event in events if "metadata" in event]
    tell(text, usage, usage["outputTokens"])

message = json.loads(virginia.invoke_model(modelId=MODEL, body=BODY)["body"].read())
tell(message["content"][0]["text"], message["usage"], message["usage"]["output_tokens"], id=message["id"])

stream = frankfurt.invoke_model_with_response_stream(modelId=MODEL, body=BODY)["body"]
events = [json.loads(event["chunk"]["bytes"]) for event in stream]
text = "".join(event["delta"]["text"] for event in events if event["type"] == "content_block_delta")
(ended,) = [event["usage"] for event in events if event["type"] == "message_delta"]
tell(text, events[0]["message"]["usage"], ended["output_tokens"], id=events[0]["message"]["id"])

json.dump(said, sys.stdout)
