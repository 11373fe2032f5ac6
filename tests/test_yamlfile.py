"""A YAML file becomes typed values, or an error that names file, line and key and shows no secret."""

import contextlib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmtap.yamlfile import ConfigError, read, spelled


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the made-up settings."""

    name: str
    size: Annotated[int, msgspec.Meta(ge=1)] = 1


class Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings with one key of each kind."""

    mode: Literal["fast", "slow"] | None = None
    parts: tuple[Part, ...] = ()
    url: str | None = None
    count: int = 0
    place: Path | None = None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file name in an empty folder."""
    return tmp_path / "made.yaml"


def made(path: Path, text: str, environ: dict[str, str] | None = None) -> Made:
    """Return the settings that a file of this text means."""
    path.write_text(text, encoding="utf-8")
    file = read(path, environ or {})
    return file.value(Made, (), file.data)


def test_values_are_typed(path: Path) -> None:
    """What fits becomes the settings; an empty file is no settings at all."""
    text = "mode: fast\nparts:\n  - {name: a, size: 2}\n  - name: b\nplace: sub/../x.db\n"
    expected = Made("fast", (Part("a", 2), Part("b")), place=path.parent / "x.db")
    assert made(path, text) == expected
    assert made(path, "") == made(path, "# nothing\n") == made(path, "\ufeffcount: 0") == Made()


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (
            "mode: fast\nmoed: slow\n",
            "line 2: `moed`",
            "is not a key here (did you mean `mode`?); allowed are count, mode",
        ),
        (
            "parts:\n  - name: a\n  - nmae: b\n",
            "line 3: `parts[1].nmae`",
            "did you mean `name`?); allowed are name, size",
        ),
        ("mode: medium\n", "line 1: `mode`", "'medium' is not allowed; allowed are fast, slow"),
        ("count: many\n", "line 1: `count`", "must be a whole number, and is text"),
        ("parts:\n  name: a\n", "line 1: `parts`", "must be a list, and is a mapping"),
        ("parts:\n  - name: a\n    size: 0\n", "line 3: `parts[0].size`", "must be a whole number of at least 1"),
        ("parts:\n  - size: 3\n", "line 2: `parts[0]`", "lacks the key `name`"),
        ("url: a\nurl: b\n", "line 2: `url`", "stands twice (first in line 1)"),
        ("parts: &a\n  - name: x\n  - *a\n", "line 1: `parts", "contains itself"),
        ("mode: fast\n\tcount: 1\n", "line 2", "is indented with a tab; YAML wants spaces"),
        ("mode: [fast\ncount: 1\n", "line 2", "is no YAML"),
        ("mode: 'fast\n", "line", "is no YAML"),
        ("- a\n- b\n", "made.yaml", "must be a mapping, `key: value` on each line, and not a list"),
        ("just words\n", "made.yaml", "and not a single value"),
        ("a: 1\n---\nb: 2\n", "line 2", "is no YAML"),
        ("url: \x00\n", "made.yaml", "is no YAML"),
        ("url: !!python/name:os.system x\n", "line 1", "is no YAML"),
        (
            "url: ${NOT_THERE}\n",
            "line 1: `url`",
            "the environment variable NOT_THERE is not set; set it, or write ${NOT_THERE:-",
        ),
        ("count: 1.5\n", "line 1: `count`", "must be a whole number, without a fraction"),
        ("mode: yes\n", "line 1: `mode`", "must be one of fast, slow"),
        ("url: yes\n", "line 1: `url`", "(put it in quotes: YAML reads yes, no, on and off so)"),
        ("url: 5\n", "line 1: `url`", "(put it in quotes)"),
        ("parts: a\n", "line 1: `parts`", "must be a list, and is text (write [one, two], in brackets)"),
        ("url: ${no-name}\n", "line 1: `url`", "has a `${` that begins no reference; write ${NAME},"),
        ("url: ${OPEN\n", "line 1: `url`", "has a `${` that begins no reference"),
        ("parts: !!python/object:os.system {}\n", "line 1: `parts`", "has the tag"),
        ("url: ${EMPTY}\n", "line 1: `url`", "the environment variable EMPTY is empty"),
        ("url: file:missing.txt\n", "line 1: `url`", "missing.txt cannot be read: No such file or directory"),
    ],
)
def test_mistakes_are_told_with_place_and_remedy(path: Path, text: str, place: str, what: str) -> None:
    """Each message begins with the file, goes on with line and key, and says what is wrong and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        made(path, text, {"EMPTY": ""})
    message = str(caught.value)
    assert message.startswith(str(path))
    assert place in message
    assert what in message


def test_files_that_cannot_be_read(path: Path) -> None:
    """A missing file, a folder and bytes that are no text are told apart."""
    with pytest.raises(ConfigError, match=r"made\.yaml: cannot be read: No such file"):
        read(path)
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(path.parent)
    path.write_bytes(b"url: \xff\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read(path)


def test_references_are_replaced(path: Path) -> None:
    """Variables stand anywhere in a value and may have defaults; a file's content loses its last line end."""
    (path.parent / "key.txt").write_text("from a file\n", encoding="utf-8")
    environ = {"HOST": "h.example", "COUNT": "7", "FOLDER": ".", "EMPTY": ""}
    assert made(path, "url: https://${HOST}/${EMPTY:-v1}", environ).url == "https://h.example/v1"
    assert made(path, "url: ${NONE:-}", environ).url == ""
    assert made(path, "url: $${HOST} costs $5", environ).url == "${HOST} costs $5"
    assert made(path, "url: file:${FOLDER}/key.txt", environ).url == "from a file"
    assert made(path, "count: ${COUNT}", environ).count == 7


def test_a_reference_is_never_read_as_yaml_or_as_a_reference(path: Path) -> None:
    """What a variable brings in is text, whatever it looks like."""
    environ = {"X": "a: [1, ${Y}] # no", "Y": "y"}
    assert made(path, "url: ${X}", environ).url == "a: [1, ${Y}] # no"


@given(st.sampled_from(["count", "mode", "parts", "nonsense"]), st.from_regex(r"[a-z0-9]{12,30}", fullmatch=True))
def test_no_secret_is_repeated(tmp_path_factory: pytest.TempPathFactory, key: str, secret: str) -> None:
    """A value that a reference brought in appears in no message and no repr, wherever it was misplaced."""
    path = tmp_path_factory.mktemp("secret") / "made.yaml"
    path.write_text(f"{key}: x${{SECRET}}\n", encoding="utf-8")
    file = read(path, {"SECRET": secret})
    assert secret not in repr(file)
    with pytest.raises(ConfigError) as caught:
        file.value(Made, (), file.data)
    assert secret not in str(caught.value)


def test_dates_are_text_and_merges_work(path: Path) -> None:
    """YAML's own ideas (dates) are the writer's text; `<<` merges a mapping."""
    assert made(path, "url: 2026-11-01").url == "2026-11-01"
    merged = made(path, "parts:\n  - &a {name: a, size: 3}\n  - {<<: *a, name: b}\n")
    assert merged.parts == (Part("a", 3), Part("b", 3))


@given(st.binary(max_size=60))
def test_any_bytes_are_data_or_a_config_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file makes reading raise anything else."""
    path = tmp_path_factory.mktemp("bytes") / "made.yaml"
    path.write_bytes(data)
    with contextlib.suppress(ConfigError):
        file = read(path, {})
        file.value(Made, (), file.data)


def test_keys_are_spelled_as_one_writes_them() -> None:
    """A key path has dots between names and brackets around positions."""
    assert spelled(("providers", 0, "hosts", 2)) == "providers[0].hosts[2]"
