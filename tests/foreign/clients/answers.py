"""Answers as the SDKs' own models say that they may be: every member that a model has, filled with what it takes.

Asked for `{wire format: [module:Model …]}` on standard input, it says `[model, wire format, answer]`, one a line: an
answer with all members, one with those alone that must be there, and one for each other kind of usage. Counts are told
apart by their value; wholes are larger than what they can consist of, and shares in a list smaller than any other.
`botocore:service/operation` is an answer of AWS's, as its service model has it.
"""

import datetime as dt
import enum
import importlib
import inspect
import itertools
import json
import sys
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import botocore.session
import pydantic

WHOLES = frozenset(
    {"input_tokens", "output_tokens", "prompt_tokens", "completion_tokens", "inputTokens", "outputTokens"}
    | {"prompt_token_count", "candidates_token_count", "response_token_count"}
    | {"total_input_tokens", "total_output_tokens"}
)
ENDED = frozenset({"completed", "stop", "end_turn", "STOP", "COMPLETE"})
DEEPEST = 8


class Maker:
    """Makes one answer; `chosen` is which kind of usage it has, `kinds` how many kinds there are."""

    def __init__(self, chosen: int = 0, *, full: bool = True) -> None:
        """Begin to count."""
        self.numbers, self.shares, self.listed = itertools.count(101), itertools.count(1), 0
        self.chosen, self.full, self.kinds = chosen, full, 1

    def number(self, name: str) -> int:
        """Return a count that no other member has."""
        if self.listed:
            return next(self.shares)
        number = next(self.numbers)
        return number * 10_000 if name in WHOLES else number

    def several(self, make: Callable[[], object]) -> list[object]:
        """Return a list of one, or of none where nothing can be made."""
        self.listed += 1
        made = make()
        self.listed -= 1
        return [] if made is None else [made]

    def one(self, kinds: Sequence[object], name: str, within: tuple[object, ...]) -> object:
        """Return a value of the first kind, but for a usage, of which any may be asked for."""
        kinds = [kind for kind in kinds if kind is not type(None)]
        chosen = 0
        if "usage" in name:
            self.kinds = max(self.kinds, len(kinds))
            chosen = min(self.chosen, len(kinds) - 1)
        return self.value(kinds[chosen], name, within)

    def value(self, stated: object, name: str, within: tuple[object, ...]) -> object:
        """Return a value that a hint takes, or None where nothing can be made."""
        hint = bare(stated)
        origin, inner = typing.get_origin(hint), typing.get_args(hint)
        made: object = f"a {name}"
        if origin in (typing.Union, types.UnionType):
            made = self.one(inner, name, within)
        elif origin is typing.Literal:
            made = word(inner)
        elif inspect.isclass(origin) and issubclass(origin, dict):
            made = {"k": self.value(inner[1], name, within)}
        elif inspect.isclass(origin) and issubclass(origin, (list, tuple)):
            made = self.several(lambda: self.value(inner[0], name, within))
        elif inspect.isclass(hint):
            made = self.plain(hint, name, within)
        return made

    def plain(self, kind: type, name: str, within: tuple[object, ...]) -> object:
        """Return a value of a class."""
        made: object = f"a {name}"
        if issubclass(kind, enum.Enum):
            made = word([member.value for member in kind])
        elif issubclass(kind, pydantic.BaseModel):
            made = self.model(kind, within)
        elif issubclass(kind, bool):
            made = True
        elif issubclass(kind, (int, float, Decimal)):
            made = self.number(name)
        elif issubclass(kind, dt.datetime):
            made = "2026-01-01T00:00:00Z"
        return made

    def model(self, kind: type[pydantic.BaseModel], within: tuple[object, ...] = ()) -> dict[str, object] | None:
        """Return an object of a model; one that stands within itself is left out."""
        if kind in within or len(within) > DEEPEST:
            return None
        made: dict[str, object] = {}
        for name, field in kind.model_fields.items():
            if self.full or field.is_required():
                value = self.value(field.annotation, name, (*within, kind))
                value = field.default if isinstance(field.default, str) else value
                if value is not None:
                    made[field.serialization_alias or field.alias or name] = value
        return made

    def shape(self, shape: typing.Any, name: str = "", within: tuple[object, ...] = ()) -> object:  # noqa: ANN401 -- botocore has no types
        """Return a value of a shape of AWS's; of a union it is the first kind."""
        made: object = f"a {name}"
        if shape.name in within:
            return None
        within = (*within, shape.name)
        match shape.type_name:
            case "structure":
                members = list(shape.members.items())[: 1 if getattr(shape, "is_tagged_union", False) else None]
                each = ((key, self.shape(member, key, within)) for key, member in members)
                made = {key: value for key, value in each if value is not None}
            case "list":
                made = self.several(lambda: self.shape(shape.member, name, within))
            case "string" if shape.enum:
                made = word(shape.enum)
            case "integer" | "long" | "float" | "double":
                made = self.number(name)
            case "boolean":
                made = True
        return made


def bare(hint: object) -> object:
    """Return a hint without the names and the notes around it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return bare(inner[0])
    alias = getattr(hint if origin is None else origin, "__value__", None)  # of typing's, or of typing_extensions'
    if alias is None:
        return hint
    return bare(alias[inner] if inner else alias)


def word(words: Sequence[object]) -> object:
    """Return the word that says that all is over, where there is one, else the first that says anything."""
    telling = [one for one in words if not str(one).lower().endswith("unspecified")]
    return next((one for one in telling if one in ENDED), telling[0])


def answers(path: str) -> Iterator[object]:
    """Yield the answers of one model."""
    place, _, name = path.partition(":")
    if place == "botocore":
        service, _, operation = name.partition("/")
        model = botocore.session.get_session().get_service_model(service)
        yield Maker().shape(model.operation_model(operation).output_shape)
        return
    kind = getattr(importlib.import_module(place), name)
    first = Maker()
    yield first.model(kind)
    yield Maker(full=False).model(kind)
    for chosen in range(1, first.kinds):
        yield Maker(chosen).model(kind)


for wire_format, models in json.load(sys.stdin).items():
    for path in models:
        for answer in answers(path):
            sys.stdout.write(json.dumps([path, wire_format, answer]) + "\n")
