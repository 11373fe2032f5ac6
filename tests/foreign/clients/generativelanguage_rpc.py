"""Google's own client of the Gemini API over gRPC, on which google-generativeai and langchain-google-genai once stood.

At once, in a stream, tokens counted, a text embedded, and a model that does not exist.
"""

import json
import os
import sys

from google.ai import generativelanguage as api
from google.api_core.exceptions import NotFound

client = api.GenerativeServiceClient(client_options={"api_key": os.environ["GEMINI_API_KEY"]})
MODEL = "models/gemini-2.5-flash"
QUESTION = [api.Content(role="user", parts=[api.Part(text="Where is Paris?")])]
asked = api.GenerateContentRequest(
    model=MODEL, contents=QUESTION, generation_config=api.GenerationConfig(temperature=0.7, max_output_tokens=64)
)
said = []

whole = client.generate_content(asked)
pieces = list(client.stream_generate_content(asked))
for answers in ([whole], pieces):
    usage = answers[-1].usage_metadata
    text = "".join(part.text for answer in answers for part in answer.candidates[0].content.parts)
    count = {"input": usage.prompt_token_count, "output": usage.candidates_token_count + usage.thoughts_token_count}
    said.append({"model": answers[-1].model_version, "text": text, **count})

counted = client.count_tokens(model=MODEL, contents=QUESTION)
said.append({"total": counted.total_tokens})

embedding = [api.EmbedContentRequest(model="models/text-embedding-004", content=QUESTION[0])]
vectors = client.batch_embed_contents(model="models/text-embedding-004", requests=embedding)
said.append({"vectors": len(vectors.embeddings)})

try:
    client.embed_content(model="models/nope", content=QUESTION[0], retry=None)
except NotFound as error:
    said.append({"error": error.message})

json.dump(said, sys.stdout)
