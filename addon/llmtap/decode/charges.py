"""Units of a bill that stand in the headers of an answer: they fill in what the answer itself does not say.

Text Embeddings Inference says how many tokens it read (`x-compute-tokens`), Text Generation Inference what it read and
made (`x-prompt-tokens`, `x-generated-tokens`), ElevenLabs the characters that it charges (`character-cost`), Deepgram
those that it spoke (`dg-char-count`).

Source: https://github.com/huggingface/text-embeddings-inference and .../text-generation-inference (their servers' HTTP
routes), https://elevenlabs.io/docs/api-reference/introduction, https://developers.deepgram.com/docs/tts-rest.
"""

import re
from dataclasses import replace

from llmtap.capture.exchange import Headers, header
from llmtap.decode.inference import UNUSED, Usage

_COUNT = re.compile(r"[0-9]{1,14}", re.ASCII)


def charged(usage: Usage | None, headers: Headers) -> Usage | None:
    """Return a usage with the units that response headers state and the answer does not."""
    full = usage or UNUSED
    if full.input_tokens is None and full.output_tokens is None:
        read = _count(headers, "x-prompt-tokens", "x-compute-tokens")
        full = replace(full, input_tokens=read, output_tokens=_count(headers, "x-generated-tokens"))
    if full.characters is None:
        full = replace(full, characters=_count(headers, "character-cost", "dg-char-count"))
    return usage if full == UNUSED else full


def _count(headers: Headers, *names: str) -> int | None:
    for name in names:
        stated = header(headers, name)
        if stated and _COUNT.fullmatch(stated):
            return int(stated)
    return None
