"""A YAML file as typed values: what is wrong in it is told with file, line, key and remedy.

References (`${NAME}`, `${NAME:-default}`, `file:path`) are resolved after the file is parsed, so what they bring in is
never read as YAML; it never appears in an error message either. Knows no key of any particular file.
"""

import contextlib
import difflib
import os
import re
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

import msgspec
import yaml

from llmtap.validation import told

type Loader = yaml.SafeLoader | yaml.CSafeLoader
type Data = bool | int | float | str | list[Data] | dict[str, Data] | None
type Key = tuple[str | int, ...]

REFERENCE = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")
SHORTEST_SECRET = 4
"""Characters; a shorter value brought in by a reference is no secret and would garble messages if it were masked."""

_LOADER: type[Loader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is seven times faster
_AT = re.compile(r"(?P<what>.*?)(?: - at `(?P<key>key` in `)?\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+|\.\.\.)\]")
_FIELD = re.compile(r"`(?P<name>\w+)`:? ")  # how a Struct's own check begins its message
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)


class ConfigError(Exception):
    """A configuration file cannot be used: the message names file, line and key, what is wrong, and what is allowed."""


@dataclass(slots=True)
class YamlFile:
    """What a file says, where it says it, and which other files and secrets its references brought in."""

    path: Path
    data: dict[str, Data] = field(repr=False)
    lines: dict[Key, int] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list, repr=False)

    def error(self, at: Key, what: str) -> ConfigError:
        """Return the error that says `what` of the key `at`; values that references brought in are masked."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            what = what.replace(secret, "***")
        line = next((self.lines[at[:end]] for end in range(len(at), 0, -1) if at[:end] in self.lines), None)
        place = f"{self.path}, line {line}" if line else f"{self.path}"
        return ConfigError(f"{place}: `{spelled(at)}`: {what}" if at else f"{place}: {what}")

    def value[T](self, kind: type[T], at: Key, value: Data) -> T:
        """Return `value`, which stands at the key `at`, as a `kind`; raises ConfigError."""
        try:
            return msgspec.convert(value, kind, strict=False, dec_hook=self._path)
        except msgspec.ValidationError as error:
            raise self._explained(kind, at, str(error)) from None

    def _path(self, kind: type, value: object) -> Path:
        """Return the value of a key whose type is Path; a relative name is relative to this file's folder."""
        if kind is not Path or not isinstance(value, str):
            raise ValueError("Expected a file name")
        return beside(self.path, Path(value))

    def _explained(self, kind: type, at: Key, text: str) -> ConfigError:
        match = _AT.fullmatch(text)
        what, path = (match["what"], match["path"] or "") if match else (text, "")
        steps = tuple(int(step["index"]) if step["name"] is None else step["name"] for step in _steps(path))
        inner = _type_at(kind, steps)
        if unknown := _UNKNOWN.fullmatch(what):
            name = unknown["name"]
            return self.error((*at, *steps, name), unknown_key(name, _keys(inner)))
        if what.startswith("Invalid enum value"):
            value = what.removeprefix("Invalid enum value ")
            return self.error((*at, *steps), f"{value} is not allowed; allowed are {_allowed(inner)}")
        if (field_ := _FIELD.match(what)) and field_["name"] in _keys(inner):
            return self.error((*at, *steps, field_["name"]), what[field_.end() :])
        return self.error((*at, *steps), told(what, _allowed(inner)))


def read(path: Path, environ: Mapping[str, str] | None = None) -> YamlFile:
    """Return what the file says; with `environ`, references are resolved. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    file = YamlFile(path, {}, files=[path])
    loader: Loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        data = None if node is None else _built(loader, node, file, (), ())
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, error, text) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ConfigError(f"{path}: is no YAML: {str(error).splitlines()[0]}") from None
    finally:
        loader.dispose()
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: must be a mapping, `key: value` on each line, and not a {_kind(data)}")
    file.data = data if environ is None else {key: resolved(item, file, (key,), environ) for key, item in data.items()}
    return file


def unknown_key(name: str, allowed: Iterable[str]) -> str:
    """Return the sentence about a key that is not among the `allowed`, with the nearest of them."""
    names = sorted(allowed)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" (did you mean `{near[0]}`?)" if near else ""
    return f"is not a key here{hint}; allowed are {', '.join(names)}"


def spelled(at: Key) -> str:
    """Return a key as one writes it: `providers[0].hosts`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).lstrip(".")


def _built(loader: Loader, node: yaml.Node, file: YamlFile, at: Key, above: tuple[int, ...]) -> Data:
    """Return a node as plain data; every key is text and stands once, and nothing contains itself."""
    file.lines[at] = node.start_mark.line + 1
    if id(node) in above:
        raise file.error(at, "contains itself")
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_built(loader, item, file, (*at, index), above) for index, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        scalar = loader.construct_object(node)
        if scalar is None or isinstance(scalar, bool | int | float | str):
            return scalar
        return str(node.value)  # a date or the like: YAML's idea, not the writer's
    if node.tag != "tag:yaml.org,2002:map":
        raise file.error(at, f"has the tag {node.tag}, which means nothing here; leave it out")
    seen: dict[str, int] = {}
    for key, _ in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if name in seen:
            file.lines[*at, name] = line
            raise file.error((*at, name), f"stands twice (first in line {seen[name]}); remove one of them")
        seen[name] = line
    loader.flatten_mapping(node)
    built: dict[str, Data] = {}
    for key, item in node.value:
        name = str(key.value)
        built[name] = _built(loader, item, file, (*at, name), above)
        file.lines[*at, name] = key.start_mark.line + 1
    return built


def resolved(value: Data, file: YamlFile, at: Key, environ: Mapping[str, str]) -> Data:
    """Return `value` with its references replaced by what they stand for."""
    if isinstance(value, dict):
        return {key: resolved(item, file, (*at, key), environ) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, file, (*at, index), environ) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replaced(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "${"
        name, found = match["name"], environ.get(match["name"], "")
        if not found and match["default"] is None:
            state = "empty" if name in environ else "not set"
            raise file.error(at, f"the environment variable {name} is {state}; set it, or write ${{{name}:-default}}")
        _remember(file, found)
        return found or match["default"]

    if "${" in REFERENCE.sub("", value):
        raise file.error(at, "has a `${` that begins no reference; write ${NAME}, ${NAME:-default}, or $${ for itself")
    if value.startswith("file:"):
        return _content(Path(REFERENCE.sub(replaced, value.removeprefix("file:"))), file, at)
    return REFERENCE.sub(replaced, value)


def _content(named: Path, file: YamlFile, at: Key) -> str:
    path = beside(file.path, named)
    file.files.append(path)
    try:
        content = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise file.error(at, f"the file {path} cannot be read: {reason}") from None
    _remember(file, content)
    return content


def beside(file: Path, named: Path) -> Path:
    """Return the path that `named` means inside `file`: relative names are relative to that file's folder."""
    with contextlib.suppress(RuntimeError):  # no home directory is known: `~` stays a name
        named = named.expanduser()
    return Path(os.path.normpath(file.parent / named))


def _remember(file: YamlFile, value: str) -> None:
    if len(value) >= SHORTEST_SECRET:
        file.secrets.append(value)


def _syntax_error(path: Path, error: yaml.MarkedYAMLError, text: str) -> ConfigError:
    """Return the error without PyYAML's excerpt of the file, which may show a secret."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return ConfigError(f"{path}: is no YAML: {error.problem}")
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return ConfigError(f"{path}, line {mark.line + 1}: is indented with a tab; YAML wants spaces")
    problem = error.problem or error.context or "cannot be understood"
    return ConfigError(f"{path}, line {mark.line + 1}, column {mark.column + 1}: is no YAML: {problem}")


def _kind(data: Data) -> str:
    return "list" if isinstance(data, list) else "single value"


def _steps(path: str) -> Iterable[re.Match[str]]:
    return (step for step in _STEP.finditer(path) if step["index"] != "...")


def _type_at(kind: object, steps: Key) -> object:
    """Return the annotation that a key path leads to inside `kind`, or None where it leads nowhere."""
    for step in steps:
        if isinstance(step, int):
            kind = next((get_args(part)[0] for part in _parts(kind) if get_args(part)), None)
        else:
            fields = next((get_type_hints(part, include_extras=True) for part in _parts(kind) if _struct(part)), {})
            kind = fields.get(step)
    return kind


def _parts(kind: object) -> list[object]:
    """Return what an annotation is made of: aliases, Annotated and unions opened."""
    if isinstance(kind, TypeAliasType):
        return _parts(kind.__value__)
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]


def _struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _keys(kind: object) -> list[str]:
    for part in _parts(kind):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return list(part.__struct_encode_fields__)
    return []


def _allowed(kind: object) -> str:
    literals = [part for part in _parts(kind) if get_origin(part) is Literal]
    return ", ".join(str(value) for part in literals for value in get_args(part))
