"""An ordinary application: it knows OpenAI and Anthropic, and nothing of a proxy or of llmtap."""

import anthropic
import openai

QUESTION = "What is the capital of France?"
HANDBOOK = "Answer in one sentence. Name your source. " * 200

gpt = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)

answer = gpt.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": QUESTION}])
print("gpt-4o-mini        whole     ", answer.choices[0].message.content)

with gpt.chat.completions.stream(
    model="gpt-4o",
    messages=[{"role": "system", "content": HANDBOOK}, {"role": "user", "content": QUESTION}],
    stream_options={"include_usage": True},
) as stream:
    print("gpt-4o             streamed  ", stream.get_final_completion().choices[0].message.content)

print("gpt-4o-mini        responses ", gpt.responses.create(model="gpt-4o-mini", input=QUESTION).output_text)

with claude.messages.stream(
    model="claude-sonnet-4-5",
    max_tokens=200,
    system=[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}],
    messages=[{"role": "user", "content": QUESTION}],
) as conversation:
    print("claude-sonnet-4-5  streamed  ", conversation.get_final_text())

# The simulated provider does what a model's name says: 429 is too many requests, cut breaks the stream off.
try:
    gpt.chat.completions.create(model="gpt-4o-mini-429", messages=[{"role": "user", "content": QUESTION}])
except openai.RateLimitError as error:
    print("gpt-4o-mini        429       ", error.message)
try:
    with claude.messages.stream(
        model="claude-haiku-4-5-cut-after-6-interval=20ms",
        max_tokens=200,
        messages=[{"role": "user", "content": QUESTION}],
    ) as conversation:
        print("claude-haiku-4-5   cut off   ", conversation.get_final_text())
except Exception as error:  # noqa: BLE001 -- each version of the HTTP library has its own name for it
    print("claude-haiku-4-5   cut off   ", error)
