"""Cohere's two countings of one call: the `tokens` that a model saw, and the `billed_units` that are charged.

Where both are stated the billed ones are reported, as OTel asks for ("instrumentations MUST report billable tokens");
Cohere's own instructions are in `tokens` and are not billed. The parts (`cached_tokens`, `reasoning_tokens`) are stated
of `tokens`: one that exceeds the billed whole lies mostly in those instructions, so what it is of the bill is unknown.
What is charged by another unit stands beside the tokens: `search_units` of a rerank, `images` and `pages` that were
embedded, `classifications`.

Source: https://docs.cohere.com/reference/chat, and .../embed and .../rerank for `meta`; providers.md 1.6.
"""

import msgspec
from msgspec.structs import replace

from llmtap.decode.inference import UNUSED, Usage
from llmtap.decode.usage.tally import count, tally


class Units(msgspec.Struct, gc=False):
    """One counting; `image_tokens` are billed beside the input of an embedding, at a price of their own."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None
    search_units: int | None = None
    images: int | None = None
    pages: int | None = None
    classifications: int | None = None


class Metering(msgspec.Struct, gc=False):
    """The `usage` of an answer of version 2, or the `meta` of any other."""

    billed_units: Units | None = None
    tokens: Units | None = None
    cached_tokens: int | None = None


_NONE = Units()


def metered(stated: Metering) -> Usage | None:
    """Return the counts, or None when nothing is counted."""
    billed, seen = stated.billed_units or _NONE, stated.tokens or _NONE
    charged, images = count(billed.input_tokens, billed.text_tokens), count(billed.image_tokens)
    if images is not None:
        charged = images + (charged or 0)
    made = count(billed.output_tokens)
    tokens = tally(
        count(charged, seen.input_tokens),
        count(made, seen.output_tokens),
        cached=_of(stated.cached_tokens, charged),
        reasoning=_of(count(billed.reasoning_tokens, seen.reasoning_tokens), made),
        images=images,
    )
    usage = replace(
        tokens or UNUSED,
        search_units=count(billed.search_units),
        input_images=count(billed.images),
        pages=count(billed.pages),
        classifications=count(billed.classifications),
    )
    return None if usage == UNUSED else usage


def _of(part: int | None, billed: int | None) -> int | None:
    return None if part is not None and billed is not None and part > billed else part
