// OpenAI's own SDK for JavaScript: chat and responses, streamed and not.
import OpenAI from "openai";

const client = new OpenAI({ maxRetries: 0 });
const messages = [{ role: "user", content: "Where is Paris?" }];
const said = [];

const chat = await client.chat.completions.create({ model: "gpt-4o-mini", messages });
said.push({
  id: chat.id,
  model: chat.model,
  text: chat.choices[0].message.content,
  input: chat.usage.prompt_tokens,
  output: chat.usage.completion_tokens,
});

const chunks = await Array.fromAsync(
  await client.chat.completions.create({
    model: "gpt-4o-mini",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  }),
);
const { usage } = chunks.at(-1);
said.push({
  id: chunks[0].id,
  model: chunks[0].model,
  text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""),
  input: usage.prompt_tokens,
  output: usage.completion_tokens,
});

const whole = await client.responses.create({ model: "gpt-4.1-mini", input: "Where is Paris?" });
const streamed = await client.responses.stream({ model: "gpt-4.1-mini", input: "Where is Paris?" }).finalResponse();
for (const response of [whole, streamed]) {
  said.push({
    id: response.id,
    model: response.model,
    text: response.output_text,
    input: response.usage.input_tokens,
    output: response.usage.output_tokens,
  });
}

console.log(JSON.stringify(said));
