// Anthropic's own SDK for JavaScript: messages, streamed and not.
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ maxRetries: 0 });
const ask = { model: "claude-haiku-4-5", max_tokens: 64, messages: [{ role: "user", content: "Where is Paris?" }] };

const whole = await client.messages.create(ask);
const streamed = await client.messages.stream(ask).finalMessage();
const said = [whole, streamed].map((message) => ({
  id: message.id,
  model: message.model,
  text: message.content[0].text,
  input: message.usage.input_tokens,
  output: message.usage.output_tokens,
}));

console.log(JSON.stringify(said));
