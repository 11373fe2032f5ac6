// An application that tries again as OpenAI's SDK for JavaScript does by itself; its word is `whole` or `stream`.
import OpenAI from "openai";

const { completions } = new OpenAI().chat;
const ask = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Where is Paris?" }] };
const said = { text: "", error: null };
try {
  if (process.argv.includes("whole")) {
    said.text = (await completions.create(ask)).choices[0].message.content;
  } else {
    for await (const chunk of await completions.create({ ...ask, stream: true })) {
      said.text += chunk.choices[0]?.delta.content ?? "";
    }
  }
} catch (failure) {
  said.error = failure.constructor.name;
}

console.log(JSON.stringify([said]));
