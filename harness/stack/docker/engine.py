"""The Docker engine, or a sentence that says why none can be used."""

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import docker
from docker.errors import DockerException, ImageNotFound
from requests import RequestException

from harness.errors import StackError

if TYPE_CHECKING:
    from docker.client import DockerClient

__all__ = ["Engine", "explained"]

_ANSWER_S = 120
"""How long the engine may take for one answer: it stops containers and unpacks images meanwhile."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class Engine:
    """An engine that answers; made by `connect`."""

    def __init__(self, client: "DockerClient", host: str) -> None:
        self.client = client
        self.host = host
        """Where this machine reaches published ports."""

    @classmethod
    def connect(cls) -> Self:
        """Reach the engine of DOCKER_HOST, else this machine's. Raises StackError."""
        try:
            client = docker.from_env(timeout=_ANSWER_S)
            client.ping()
        except (DockerException, RequestException, OSError) as cause:
            raise StackError(
                f"No Docker engine answers: {_reason(cause)}. Start one, let DOCKER_HOST name one, or use "
                "--stack embedded."
            ) from cause
        # Imported here: without an engine, its import already fails.
        from testcontainers.core.config import testcontainers_config  # noqa: PLC0415
        from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

        for name in ("container", "docker_client"):
            logging.getLogger(f"testcontainers.core.{name}").setLevel(logging.WARNING)
        # Its reaper is one more image to pull, and is given the engine's socket. Supervisors remove what
        # an owner leaves, and what they leave themselves is found by its labels.
        testcontainers_config.ryuk_disabled = True
        host = DockerClient().host()
        return cls(client, "127.0.0.1" if host in _HERE else host)

    @property
    def is_here(self) -> bool:
        """True if the engine's containers run on this machine."""
        return self.host == "127.0.0.1"

    @property
    def bind_address(self) -> str:
        """Where ports are published: nobody else's business, unless we are somewhere else ourselves."""
        return "127.0.0.1" if self.is_here else "0.0.0.0"  # noqa: S104  # see above

    @property
    def version(self) -> str:
        """As the engine says it."""
        with explained("The Docker engine does not say its version"):
            return str(self.client.version()["Version"])

    def has(self, image: str) -> bool:
        """True if the image need not be pulled."""
        with explained(f"The Docker engine does not say whether it has {image}"):
            try:
                self.client.images.get(image)
            except ImageNotFound:
                return False
            return True

    def ensure(self, image: str, variable: str) -> None:
        """Pull an image that is not there. Raises StackError, which names the `variable` that chooses it."""
        if self.has(image):
            return
        try:
            self.client.images.pull(image)
        except (DockerException, RequestException) as cause:
            raise StackError(
                f"The image {image} is not on this machine and cannot be pulled: {_reason(cause)}. Let "
                f"{variable} name one that is there, or use --stack embedded."
            ) from cause


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what the engine answers into a StackError that begins with `what`."""
    try:
        yield
    except (DockerException, RequestException) as cause:
        raise StackError(f"{what}: {_reason(cause)}.") from cause


def _reason(cause: BaseException) -> str:
    explanation = getattr(cause, "explanation", None)
    text = str(explanation or cause) or type(cause).__name__
    return text.strip().splitlines()[0].rstrip(".")
