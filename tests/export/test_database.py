"""The file is private, ours, and never silently lost; every failure says what to do."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from llmtap.export.outbox import Outbox, OutboxError, OutboxLockedError

DOCUMENTS = [(f"{number:04d}", b"{" + b"x" * 1000 + b"}") for number in range(500)]


def opened(path: Path, patience: float = 5.0) -> Outbox:
    """Return the outbox at a path."""
    return Outbox(path, max_bytes=1 << 30, retention=86400.0, patience=patience)


def filled(path: Path) -> None:
    """Leave an outbox with documents, closed and without a write-ahead log."""
    outbox = opened(path)
    outbox.put(DOCUMENTS)
    outbox.close()


def asides(path: Path) -> list[Path]:
    """Return the files that were moved aside."""
    return sorted(path.parent.glob(f"{path.name}.corrupt-*"))


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    """The folder is 0700; the file and what SQLite lays beside it are 0600."""
    path = tmp_path / "new" / "outbox.sqlite"
    outbox = opened(path)
    outbox.put(DOCUMENTS)
    modes = {name.name: stat.S_IMODE(name.stat().st_mode) for name in [path.parent, *path.parent.iterdir()]}
    outbox.close()
    expected = {"new": 0o700, "outbox.sqlite": 0o600, "outbox.sqlite-wal": 0o600, "outbox.sqlite-shm": 0o600}
    assert expected == modes


def blank_header(path: Path) -> None:
    """Leave zeros where the header was, as a loss of power does."""
    with path.open("r+b") as file:
        file.write(bytes(8192))


def damaged_tables(path: Path) -> None:
    """Overwrite everything but the header and the list of tables."""
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(path.stat().st_size - 8192))


@pytest.mark.parametrize("damage", [blank_header, damaged_tables])
def test_a_damaged_file_is_moved_aside(
    damage: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A damaged file is kept under a name that the warning gives, with the way to recover it, and a new one begins."""
    path = tmp_path / "outbox.sqlite"
    filled(path)
    damage(path)
    content = path.read_bytes()
    outbox = opened(path)
    assert outbox.put(DOCUMENTS[:3]) == 3
    assert outbox.counts().accepted == 3
    outbox.close()
    [aside] = asides(path)
    assert content == aside.read_bytes()
    assert str(aside) in caplog.text
    assert ".recover" in caplog.text


def other_table(path: Path) -> None:
    """Damage a SQLite file of another program."""
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA page_size=8192;CREATE TABLE theirs (x);INSERT INTO theirs VALUES (1)")
    with path.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(path.stat().st_size - 100))


def text(path: Path) -> None:
    """Write what is no database at all, such as somebody's configuration."""
    path.write_bytes(b"root:x:0:0:root:/root:/bin/sh\n" * 300)


@pytest.mark.parametrize("foreign", [text, other_table])
@pytest.mark.parametrize("open_", [opened, Outbox.existing])
def test_a_file_of_somebody_else_is_left_alone(
    foreign: Callable[[Path], None], open_: Callable[[Path], Outbox], tmp_path: Path
) -> None:
    """What was never ours is neither moved nor written, and the message says to name another file."""
    path = tmp_path / "passwd"
    foreign(path)
    content = path.read_bytes()
    with pytest.raises(OutboxError, match=r"no database of llmtap's.*`store\.path`"):
        open_(path)
    assert [path] == list(tmp_path.iterdir())
    assert content == path.read_bytes()


@pytest.mark.parametrize("open_", [opened, Outbox.existing])
def test_a_folder_is_told(open_: Callable[[Path], Outbox], tmp_path: Path) -> None:
    """A folder where the file should be is called one."""
    with pytest.raises(OutboxError, match=r"Is a directory.*`store\.path`"):
        open_(tmp_path)


@pytest.mark.parametrize("open_", [opened, Outbox.existing])
def test_a_name_under_a_file_is_told(open_: Callable[[Path], Outbox], tmp_path: Path) -> None:
    """A path that leads through a file is an OutboxError like any other."""
    (tmp_path / "file").touch()
    with pytest.raises(OutboxError, match="store"):
        open_(tmp_path / "file" / "store.sqlite")


def test_damage_while_in_use_is_survived(tmp_path: Path) -> None:
    """A file that is damaged under a running process is moved aside as well, and the document at hand gets in."""
    path = tmp_path / "outbox.sqlite"
    filled(path)
    outbox = opened(path)
    damaged_tables(path)
    assert outbox.put([("new", b"{}")]) == 1
    assert [row.id for row in outbox.documents()] == ["new"]
    outbox.close()
    assert len(asides(path)) == 1


def test_a_header_lost_while_in_use_is_survived(tmp_path: Path) -> None:
    """A file that was ours a moment ago is moved aside, whatever stands in it now."""
    path = tmp_path / "outbox.sqlite"
    filled(path)
    outbox = opened(path)
    text(path)
    assert outbox.put([("new", b"{}")]) == 1
    outbox.close()
    assert len(asides(path)) == 1


def test_a_removed_file_begins_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Documents never go into a file that nobody will find again."""
    path = tmp_path / "outbox.sqlite"
    outbox = opened(path)
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink()
    outbox.put(DOCUMENTS[:2])
    outbox.close()
    reader = Outbox.existing(path)
    assert reader.counts().accepted == 2
    reader.close()
    assert "removed" in caplog.text


def test_a_locked_file_is_waited_for_and_then_named(tmp_path: Path) -> None:
    """While another program holds the file a put raises OutboxLockedError, and later the same put gets in."""
    path = tmp_path / "outbox.sqlite"
    outbox = opened(path, patience=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OutboxLockedError, match="another program"):
        outbox.put(DOCUMENTS[:1])
    other.execute("ROLLBACK")
    other.close()
    assert outbox.put(DOCUMENTS[:1]) == 1
    outbox.close()


FULL_DISK = """
import resource, sys
from pathlib import Path
from llmtap.export.outbox import Outbox, OutboxFullError
path = Path(sys.argv[1])
outbox = Outbox(path, max_bytes=1 << 30, retention=86400.0)
documents = [(f"{n:04d}", b"{" + b"x" * 1000 + b"}") for n in range(2000)]
outbox.put(documents[:500])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(path.name + "-wal").stat().st_size + 100_000, hard))
try:
    outbox.put(documents[500:])
except OutboxFullError as error:
    print(error)
before = outbox.counts()
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(before.accepted, before.pending, outbox.put(documents), outbox.counts().pending)
"""


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """When the disk takes no more, put raises OutboxFullError, the accepted stay, and the same put works later."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path / "outbox.sqlite")]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    message, counts = answer.stdout.splitlines()
    assert "free some space" in message
    assert counts == "500 500 1500 2000"


def test_looking_creates_and_moves_nothing(tmp_path: Path) -> None:
    """A command that only looks says what is wrong and leaves every file as it is."""
    path = tmp_path / "outbox.sqlite"
    with pytest.raises(OutboxError, match="Nothing is recorded yet"):
        Outbox.existing(path)
    path.touch()
    with pytest.raises(OutboxError, match="empty"):
        Outbox.existing(path)
    filled(path)
    blank_header(path)
    for writable in (False, True):
        with pytest.raises(OutboxError, match="damaged"):
            Outbox.existing(path, writable=writable)
    assert list(tmp_path.iterdir()) == [path]


def test_looking_sees_what_a_running_process_puts(tmp_path: Path) -> None:
    """A reader sees each committed document at once, cannot write, and a writing visitor can requeue."""
    path = tmp_path / "outbox.sqlite"
    outbox, reader = opened(path), Outbox.existing(path)
    outbox.put(DOCUMENTS[:2])
    outbox.settle(bury=[("0001", "refused")])
    assert [(row.id, row.state, row.reason) for row in reader.documents()] == [
        ("0000", "pending", None),
        ("0001", "dead", "refused"),
    ]
    with pytest.raises(OutboxError):
        reader.requeue()
    visitor = Outbox.existing(path, writable=True)
    assert visitor.requeue() == 1
    assert outbox.counts() == reader.counts() or outbox.counts().pending == 2
    for box in (visitor, reader, outbox):
        box.close()


def test_the_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """A SQLite file that is not ours is neither used nor moved."""
    path = tmp_path / "outbox.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(OutboxError, match="another program's"):
        opened(path)
    assert asides(path) == []


def test_the_file_of_a_newer_llmtap_is_left_alone(tmp_path: Path) -> None:
    """A file with a schema from the future is neither used nor moved."""
    path = tmp_path / "outbox.sqlite"
    filled(path)
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(OutboxError, match="newer"):
        opened(path)
    assert asides(path) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where no folder can be, OutboxError names the path and the remedy."""
    (tmp_path / "file").touch()
    with pytest.raises(OutboxError, match=r"name another file as `store\.path`"):
        opened(tmp_path / "file" / "outbox.sqlite")


def test_threads_and_processes_share_one_file(tmp_path: Path) -> None:
    """Several threads through one outbox and others through their own lose no document between them."""
    path = tmp_path / "new" / "outbox.sqlite"
    shared: list[Outbox] = []
    errors: list[OutboxError] = []

    def write(number: int) -> None:
        try:
            outbox = opened(path, patience=30.0)
            shared.append(outbox)
            for part in range(20):
                outbox.put([(f"{number}-{part}", b"{}")])
                shared[0].put([(f"shared-{number}-{part}", b"{}")])
        except OutboxError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert shared[0].counts().accepted == len(list(shared[0].documents())) == 240
    for outbox in shared:
        outbox.close()
