"""The state of the fold that reads a response: what was stated so far, by an event of a stream or a whole body.

It becomes a value, an `InferenceResponse`, once nothing more can come.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from llmtap.decode.inference import InferenceResponse, Message, Part, PartKind, ProviderError, Usage


@dataclass(slots=True)
class PartDraft:
    """A part that is still growing: `text` collects the deltas and is joined once."""

    kind: PartKind
    choice: int = 0
    id: str | None = None
    name: str | None = None
    text: list[str] = field(default_factory=list)

    def whole(self) -> Part:
        """Return the part as far as it has grown."""
        return Part(self.kind, "".join(self.text), self.id, self.name)


@dataclass(slots=True)
class Answer:
    """The state of the fold that reads a response: events are merged into it one by one, a whole body at once.

    A streamed and an unstreamed answer of the same content end in equal `response()` values but for `completed`.
    `queries` are the searches that the server says it made, each once; beside a usage they are counted in it.
    """

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    error: ProviderError | None = None
    reported_cost: Decimal | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None
    search_context: str | None = None
    image_tool_model: str | None = None
    system_fingerprint: str | None = None
    conversation_id: str | None = None
    served_by: str | None = None
    background: bool | None = None
    completed: bool = False
    roles: dict[int, str] = field(default_factory=dict)
    finish_reasons: dict[int, str] = field(default_factory=dict)
    parts: dict[Hashable, PartDraft] = field(default_factory=dict)
    queries: set[str] = field(default_factory=set)
    stated: object = None
    counting: Callable[[Usage | None], Usage | None] | None = None

    def count[T](self, read: Callable[[Usage | None, T], Usage | None], stated: T, *, whole: bool) -> None:
        """Take what each event of a stream says anew of the usage; it is read once nothing else can take its place.

        What is `whole` takes the place of all that was stated before, and what is stated again as it was says nothing.
        """
        if stated == self.stated:
            return
        if not whole:
            self.settle()
        self.stated, self.counting = stated, lambda before: read(before, stated)

    def settle(self) -> None:
        """Read the usage that was stated last."""
        if self.counting is not None:
            self.usage, self.counting = self.counting(self.usage), None

    def agree(self, model: str | None) -> None:
        """Take the model that one of several steps names; where steps differ, the answer is of none."""
        if model and model != self.model:
            self.model = model if self.model is None else ""

    def part(self, key: Hashable, kind: PartKind, choice: int = 0) -> PartDraft:
        """Return the growing part called `key`, made on first use; parts keep the order in which they began."""
        draft = self.parts.get(key)
        if draft is None:
            draft = self.parts[key] = PartDraft(kind, choice)
        return draft

    def response(self, *, streamed: bool) -> InferenceResponse:
        """Return what has been merged so far, as a value."""
        self.settle()
        if self.queries and self.usage is not None:
            self.usage = msgspec.structs.replace(self.usage, web_searches=len(self.queries))
        choices: dict[int, list[Part]] = {}
        for draft in self.parts.values():
            choices.setdefault(draft.choice, []).append(draft.whole())
        return InferenceResponse(
            id=self.id,
            model=self.model or None,
            finish_reasons=tuple(reason for _, reason in sorted(self.finish_reasons.items())),
            usage=self.usage,
            error=self.error,
            reported_cost=self.reported_cost,
            service_tier=self.service_tier,
            speed=self.speed,
            inference_geo=self.inference_geo,
            search_context=self.search_context,
            image_tool_model=self.image_tool_model,
            system_fingerprint=self.system_fingerprint,
            conversation_id=self.conversation_id,
            served_by=self.served_by,
            background=self.background,
            completed=self.completed if streamed else None,
            messages=tuple(
                Message(self.roles.get(choice, "assistant"), tuple(parts)) for choice, parts in sorted(choices.items())
            ),
        )
