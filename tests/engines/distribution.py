"""Elasticsearch as a process of ours, from the zip on Maven Central.

The zip is verified against the checksum written here, unpacked once outside the checkout, and never written to again.
A process has a home of its own for settings, data and logs. It listens on loopback, runs as an unprivileged user even
when the tests run as root (Elasticsearch refuses root), and cannot outlive us: it is stopped as soon as the pipe that
we hold closes, whatever ended us.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
SHA256: Mapping[str, str] = MappingProxyType(
    {
        "8.19.21": "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
        "8.11.0": "97233f3c34721fde97b81c65fe83a8b78410a85f66ad7b0989d2fa063a50f862",
    }
)
JAVA = '"17.'
FETCH_SECONDS = 300
STOP_SECONDS = 30
SETTINGS = """\
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: 0
path.data: {home}/data
path.logs: {home}/logs
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
"""
JVM_OPTIONS = """\
-Xms512m
-Xmx512m
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:+ExitOnOutOfMemoryError
-Djava.io.tmpdir=${ES_TMPDIR}
"""
# Runs the engine until the engine ends or standard input does.
KEEPER = 'exec 3<&0; "$0" </dev/null 3<&- & engine=$!; { cat <&3; kill "$engine"; } & exec 3<&-; wait "$engine"'


class EngineError(Exception):
    """An engine could not be had or did not come up; the message says why."""


def missing(version: str) -> str | None:
    """What keeps `version` from being started here, or None."""
    if version not in SHA256:
        return f"a known checksum of Elasticsearch {version}"
    if java_home() is None:
        return "JDK 17 (in JAVA_HOME or under /usr/lib/jvm)"
    if not _unpacked(version).is_dir() and shutil.which("mvn") is None:
        return "Maven (`mvn`)"
    return None


def java_home() -> Path | None:
    """The JDK 17 that Elasticsearch 8.11 and 8.19 both run on: ES_JAVA_HOME, JAVA_HOME, or one under /usr/lib/jvm."""
    named = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    for home in (*named, *sorted(Path("/usr/lib/jvm").glob("*17*"))):
        release = home / "release"
        if (home / "bin/java").exists() and release.is_file() and f"JAVA_VERSION={JAVA}" in release.read_text():
            return home
    return None


def unpacked(version: str) -> Path:
    """The folder of the verified, unpacked distribution; fetched by Maven when it is not there yet.

    Raises EngineError when it cannot be fetched or its checksum is not the one written here.
    """
    target = _unpacked(version)
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory(dir=cache(), prefix="fetch-") as work:
        zipped = _fetched(version, Path(work))
        verify(zipped, SHA256[version])
        unzip(zipped, Path(work))
        zipped.unlink()
        try:
            (Path(work) / f"elasticsearch-{version}").rename(target)
        except OSError:
            if not target.is_dir():  # another run was first
                raise
    return target


def verify(file: Path, sha256: str) -> None:
    """Raise EngineError unless the file's SHA-256 is the expected one."""
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != sha256:
        raise EngineError(f"{file.name} has the SHA-256 {found}, expected {sha256}")


def unzip(file: Path, folder: Path) -> None:
    """Unpack with the permissions that the zip carries, which `zipfile` alone drops."""
    with zipfile.ZipFile(file) as opened:
        for entry in opened.infolist():
            mode = entry.external_attr >> 16 & 0o755
            Path(opened.extract(entry, folder)).chmod(mode)


@dataclass(slots=True)
class Process:
    """One Elasticsearch of `version` on loopback `port`, with a home that lasts from one start to the next."""

    version: str
    port: int
    home: Path | None = field(default=None, init=False)
    running: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to run; the home is made at the first call."""
        distribution = unpacked(self.version)
        if self.home is None:
            self.home = Path(tempfile.mkdtemp(dir=cache(), prefix="home-"))
            self._furnish(distribution)
        user = owner()
        with (self.home / "output.log").open("wb") as output:
            self.running = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, str(distribution / "bin/elasticsearch")],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={
                    "PATH": os.environ.get("PATH", os.defpath),
                    "ES_JAVA_HOME": str(java_home()),
                    "ES_PATH_CONF": str(self.home / "config"),
                    "ES_TMPDIR": str(self.home / "tmp"),
                    "CLI_JAVA_OPTS": f"-Djava.io.tmpdir={self.home}/tmp",
                },
                start_new_session=True,
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=() if user else None,
            )

    def stop(self) -> None:
        """End in order, data kept; by force when that takes longer than `STOP_SECONDS`."""
        if self.running is None:
            return
        if self.running.stdin:
            self.running.stdin.close()
        try:
            self.running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(STOP_SECONDS)
        self.running = None

    def remove(self) -> None:
        """Stop, and leave nothing behind but the distribution."""
        self.stop()
        if self.home:
            shutil.rmtree(self.home)
            self.home = None

    def failure(self) -> str | None:
        """Why it does not run, with the end of its output, or None while it does."""
        if self.running and self.running.poll() is None:
            return None
        output = (self.home / "output.log").read_text(errors="replace") if self.home else ""
        return f"Elasticsearch {self.version} ended:\n{output[-2000:]}"

    def _furnish(self, distribution: Path) -> None:
        """Write the settings, and give the home to the user that the engine runs as."""
        assert self.home
        for name in ("config", "data", "logs", "tmp"):
            (self.home / name).mkdir()
        (self.home / "config/elasticsearch.yml").write_text(SETTINGS.format(port=self.port, home=self.home))
        (self.home / "config/jvm.options").write_text(JVM_OPTIONS)
        shutil.copyfile(distribution / "config/log4j2.properties", self.home / "config/log4j2.properties")
        if user := owner():
            for path in (self.home, *self.home.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)


def owner() -> pwd.struct_passwd | None:
    """The unprivileged user that stands in for root, or None when we are not root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def cache() -> Path:
    """Our cache: the user's own, or for root one that an unprivileged user can reach.

    Raises EngineError when somebody else made it.
    """
    if owner():
        folder = Path("/var/tmp/llmtap-engines")
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "llmtap/engines"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise EngineError(f"{folder} belongs to another user")
    return folder


def _unpacked(version: str) -> Path:
    return cache() / f"elasticsearch-{version}-{SHA256[version][:12]}"


def _fetched(version: str, folder: Path) -> Path:
    """The zip, copied into `folder` by Maven, out of its local repository if it is there."""
    artifact = f"-Dartifact={ARTIFACT.format(version=version)}"
    words = ["mvn", "--quiet", "--batch-mode", "dependency:copy", artifact, f"-DoutputDirectory={folder}"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd=folder, timeout=FETCH_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"Maven could not fetch Elasticsearch {version}: {error}") from error
    if done.returncode:
        raise EngineError(f"Maven could not fetch Elasticsearch {version}:\n{(done.stdout + done.stderr)[-2000:]}")
    return folder / f"elasticsearch-{version}.zip"
