// The AI SDK of Vercel: text generated at once and in a stream, by OpenAI (its responses API) and by Anthropic.
import { anthropic } from "@ai-sdk/anthropic";
import { openai } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";

const said = [];
for (const model of [openai("gpt-4.1-mini"), anthropic("claude-haiku-4-5")]) {
  const ask = { model, prompt: "Where is Paris?", maxRetries: 0 };
  const whole = await generateText(ask);
  const stream = streamText(ask);
  await stream.consumeStream();
  for (const answer of [whole, stream]) {
    const [response, text, usage] = await Promise.all([answer.response, answer.text, answer.usage]);
    said.push({
      id: response.id,
      model: response.modelId,
      text,
      input: usage.inputTokens,
      output: usage.outputTokens,
    });
  }
}

console.log(JSON.stringify(said));
