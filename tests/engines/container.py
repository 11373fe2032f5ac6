"""Elasticsearch as a Docker container: security off, published on loopback, its data kept from one start to the next.

Used only when a daemon answers and the image is there or can be pulled.
"""

import shutil
import subprocess
from dataclasses import dataclass, field

IMAGE = "docker.elastic.co/elasticsearch/elasticsearch"
ANSWER_SECONDS = 10
PULL_SECONDS = 600
ENVIRONMENT = (
    "discovery.type=single-node",
    "xpack.security.enabled=false",
    "cluster.routing.allocation.disk.threshold_enabled=false",
    "ES_JAVA_OPTS=-Xms512m -Xmx512m",
)


def available() -> bool:
    """Whether a Docker daemon answers."""
    return shutil.which("docker") is not None and _docker("info", seconds=ANSWER_SECONDS) is not None


def pulled(version: str) -> bool:
    """Whether the image of `version` is there, after a pull if need be."""
    image = f"{IMAGE}:{version}"
    return (
        _docker("image", "inspect", image, seconds=ANSWER_SECONDS) is not None
        or _docker("pull", "--quiet", image, seconds=PULL_SECONDS) is not None
    )


@dataclass(slots=True)
class Container:
    """One container of `version` on loopback `port`, made by the first start."""

    version: str
    port: int
    name: str | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin to run; made at the first call, started again later."""
        if self.name is None:
            environment = [word for setting in ENVIRONMENT for word in ("--env", setting)]
            publish = f"127.0.0.1:{self.port}:9200"
            image = f"{IMAGE}:{self.version}"
            self.name = _docker("run", "--detach", "--publish", publish, *environment, image, seconds=60)
        else:
            _docker("start", self.name, seconds=60)

    def stop(self) -> None:
        """End in order, data kept."""
        if self.name:
            _docker("stop", "--time", "20", self.name, seconds=60)

    def remove(self) -> None:
        """Leave nothing behind."""
        if self.name:
            _docker("rm", "--force", "--volumes", self.name, seconds=60)

    def failure(self) -> str | None:
        """Why it does not run, or None while it does."""
        if self.name and _docker("inspect", "--format", "{{.State.Running}}", self.name, seconds=60) == "true":
            return None
        return f"the container of {IMAGE}:{self.version} ended"


def _docker(*words: str, seconds: float) -> str | None:
    """What `docker WORDS` prints, or None when it fails or takes longer than `seconds`."""
    try:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
