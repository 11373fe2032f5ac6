"""What api.openai.com answers, as JSON and as the events of a stream; nothing here touches a socket."""

import secrets

from tests.fakes.ask import Ask, Json, arguments, data, named


def _openai_usage(ask: Ask) -> tuple[int, int, int]:
    output = len(arguments(ask)) or len(ask.words)
    cached = max(1024, ask.input_tokens // 128 * 128) if ask.cached else 0
    return max(ask.input_tokens, cached), cached, output


def chat(ask: Ask) -> Json:
    """Return a whole chat completion (platform.openai.com/docs/api-reference/chat/object)."""
    message: Json = {"role": "assistant", "content": "".join(ask.words), "refusal": None, "annotations": []}
    if ask.tool:
        function = {"name": ask.tool, "arguments": "".join(arguments(ask))}
        message |= {
            "content": None,
            "tool_calls": [{"id": f"call_{ask.token}", "type": "function", "function": function}],
        }
    finish = "tool_calls" if ask.tool else "stop"
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {
        "id": f"chatcmpl-{ask.token}",
        "object": "chat.completion",
        "created": ask.created,
        "model": ask.model,
        "choices": [choice],
        "usage": _chat_usage(ask),
        "service_tier": "default",
        "system_fingerprint": "fp_34a54ae93c",
    }


def _chat_usage(ask: Ask) -> Json:
    prompt, cached, output = _openai_usage(ask)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def chat_events(ask: Ask) -> list[bytes]:
    """Return the events of a streamed chat completion; a usage chunk only with `include_usage` (providers.md 1.5)."""
    head: Json = {
        "id": f"chatcmpl-{ask.token}",
        "object": "chat.completion.chunk",
        "created": ask.created,
        "model": ask.model,
        "service_tier": "default",
        "system_fingerprint": "fp_34a54ae93c",
    }
    deltas: list[Json] = []
    if ask.tool:
        call: Json = {"index": 0, "id": f"call_{ask.token}", "type": "function"}
        function: Json = {"name": ask.tool, "arguments": ""}
        deltas.append({"role": "assistant", "content": None, "tool_calls": [call | {"function": function}]})
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in arguments(ask)]
    else:
        deltas.append({"role": "assistant", "content": "", "refusal": None})
        deltas += [{"content": word} for word in ask.words]
    tail = {"usage": None} if ask.include_usage else {}
    chunks: list[Json] = [
        head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]} | tail
        for delta in deltas
    ]
    finish = "tool_calls" if ask.tool else "stop"
    chunks.append(head | {"choices": [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": finish}]} | tail)
    if ask.include_usage:
        chunks.append(head | {"choices": [], "usage": _chat_usage(ask)})
    return [data(chunk | {"obfuscation": secrets.token_urlsafe(4)}) for chunk in chunks] + [b"data: [DONE]\n\n"]


def response(ask: Ask, status: str = "completed") -> Json:
    """Return a Response object (platform.openai.com/docs/api-reference/responses/object)."""
    done = status == "completed"
    prompt, cached, output = _openai_usage(ask)
    usage = {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + output,
    }
    return {
        "id": f"resp_{ask.token}",
        "object": "response",
        "created_at": ask.created,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": ask.model,
        "output": [_item(ask, status)] if done else [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default" if done else "auto",
        "store": True,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage if done else None,
        "user": None,
        "metadata": {},
    }


def _item(ask: Ask, status: str) -> Json:
    done = status == "completed"
    if ask.tool:
        text = "".join(arguments(ask)) if done else ""
        call: Json = {"id": f"fc_{ask.token}", "type": "function_call", "status": status}
        return call | {"call_id": f"call_{ask.token}", "name": ask.tool, "arguments": text}
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": "".join(ask.words)}
    item: Json = {"id": f"msg_{ask.token}", "type": "message", "status": status, "role": "assistant"}
    return item | {"content": [part] if done else []}


def response_events(ask: Ask) -> list[bytes]:
    """Return the events of a streamed Response (platform.openai.com/docs/api-reference/responses-streaming)."""
    item_id = f"fc_{ask.token}" if ask.tool else f"msg_{ask.token}"
    at: Json = {"item_id": item_id, "output_index": 0}
    events: list[Json] = [
        {"type": "response.created", "response": response(ask, "in_progress")},
        {"type": "response.in_progress", "response": response(ask, "in_progress")},
        {"type": "response.output_item.added", "output_index": 0, "item": _item(ask, "in_progress")},
    ]
    if ask.tool:
        kind = "response.function_call_arguments"
        events += [{"type": f"{kind}.delta", **at, "delta": piece} for piece in arguments(ask)]
        events.append({"type": f"{kind}.done", **at, "arguments": "".join(arguments(ask))})
    else:
        at["content_index"] = 0
        part: Json = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        text = "".join(ask.words)
        events.append({"type": "response.content_part.added", **at, "part": part})
        events += [{"type": "response.output_text.delta", **at, "delta": word, "logprobs": []} for word in ask.words]
        events.append({"type": "response.output_text.done", **at, "text": text, "logprobs": []})
        events.append({"type": "response.content_part.done", **at, "part": part | {"text": text}})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": _item(ask, "completed")})
    events.append({"type": "response.completed", "response": response(ask)})
    return [named(event | {"sequence_number": number}) for number, event in enumerate(events)]


def embeddings(ask: Ask) -> Json:
    """Return embeddings of eight dimensions (platform.openai.com/docs/api-reference/embeddings)."""
    vector = [0.125, -0.25, 0.5, 0.0625, -0.03125, 0.75, -0.5, 0.25]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(ask.inputs)]
    usage = {"prompt_tokens": ask.input_tokens, "total_tokens": ask.input_tokens}
    return {"object": "list", "data": data, "model": ask.model, "usage": usage}


def error(status: int, message: str | None = None) -> Json:
    """Return an error body as OpenAI words it (platform.openai.com/docs/guides/error-codes)."""
    kind, code, words = {
        400: (
            "invalid_request_error",
            "context_length_exceeded",
            "This model's maximum context length is 128000 tokens.",
        ),
        401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-s1mul****ated."),
        403: (
            "invalid_request_error",
            "unsupported_country_region_territory",
            "Country, region, or territory not supported",
        ),
        404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
        429: (
            "requests",
            "rate_limit_exceeded",
            "Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1.",
        ),
    }.get(status, ("server_error", None, "The server had an error while processing your request. Sorry about that!"))
    return {"error": {"message": message or words, "type": kind, "param": None, "code": code}}


def error_event(dialect: str) -> bytes:
    """Return an error inside a stream that began with 200."""
    body = error(500)["error"]
    if dialect == "responses":
        fields = body if isinstance(body, dict) else {}
        return named({"type": "error", "sequence_number": 5, **fields, "code": "server_error"})
    return data({"error": body})


def headers(ask: Ask) -> list[tuple[str, str]]:
    """Return the headers that stand beside every answer of api.openai.com (providers.md 1.9)."""
    return [
        ("x-request-id", f"req_{ask.token}"),
        ("openai-organization", "simulated-org"),
        ("openai-processing-ms", "121"),
        ("openai-project", "proj_simulated"),
        ("openai-version", "2020-10-01"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "200000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "199993"),
        ("x-ratelimit-reset-requests", "8.64s"),
        ("x-ratelimit-reset-tokens", "2ms"),
        ("cf-cache-status", "DYNAMIC"),
        ("server", "cloudflare"),
    ]
