// An application that tries again as OpenAI's SDK for JavaScript does by itself.
import OpenAI from "openai";

const said = { text: "", error: null };
try {
  const stream = await new OpenAI().chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "Where is Paris?" }],
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) said.text += chunk.choices[0]?.delta.content ?? "";
} catch (failure) {
  said.error = failure.constructor.name;
}

console.log(JSON.stringify([said]));
