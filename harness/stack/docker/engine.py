"""The Docker engine, or a sentence that says why none can be used."""

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import docker
from docker.errors import DockerException, ImageNotFound
from requests import RequestException

from harness.errors import StackError
from harness.settings import inherited

if TYPE_CHECKING:
    from docker.client import DockerClient

__all__ = ["Engine", "another", "cannot_be_had", "explained"]

_ANSWER_S = 120
"""How long the engine may take for one answer: it stops containers and unpacks images meanwhile."""
_REGISTRY_S = 10
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
            raise StackError(_silence(cause)) from cause
        # Imported here: they take longer than to find out that there is no engine.
        from testcontainers.core.config import testcontainers_config  # noqa: PLC0415
        from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

        for name in ("container", "docker_client"):
            logging.getLogger(f"testcontainers.core.{name}").setLevel(logging.WARNING)
        # Its reaper is one more image to pull, and is given the engine's socket. Supervisors remove what
        # an owner leaves, and what they leave themselves is found by its labels.
        testcontainers_config.ryuk_disabled = True
        # Containers are started where they are looked for and removed, from images of the names given here.
        testcontainers_config.tc_properties.pop("tc.host", None)
        testcontainers_config.hub_image_name_prefix = ""
        host = DockerClient().host()
        return cls(client, "127.0.0.1" if host in _HERE else host)

    @property
    def is_here(self) -> bool:
        """True if the engine's containers run on this machine."""
        return self.host == "127.0.0.1"

    def require_here(self) -> None:
        """Raise StackError unless its containers can use the network of this machine."""
        if not self.is_here:
            raise StackError(
                f"HARNESS_DOCKER_NETWORK=host needs the engine of this machine, but it is at {self.host}. "
                "Unset one of HARNESS_DOCKER_NETWORK and DOCKER_HOST."
            )

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

    def refused(self, image: str) -> str | None:
        """Why an image cannot be pulled, as its registry is asked, and not for long; None if it can."""
        try:
            with contextlib.closing(docker.from_env(timeout=_REGISTRY_S)) as client:
                client.images.get_registry_data(image)
        except (DockerException, RequestException) as cause:
            reason = _reason(cause)
            # An engine that cannot ask a registry may still pull from it.
            return None if "page not found" in reason.lower() else reason
        return None

    def ensure(self, image: str, variable: str) -> None:
        """Pull an image that is not there. Raises StackError, which names the `variable` that chooses it."""
        try:
            if self.has(image):
                return
            self.client.images.pull(image)
        except StackError as cause:
            raise StackError(f"{cause} {another(variable)}") from cause
        except (DockerException, RequestException) as cause:
            raise StackError(f"{cannot_be_had(image, _reason(cause))}. {another(variable)}") from cause


def cannot_be_had(image: str, reason: str) -> str:
    """Say that an image is missing."""
    return f"The image {image} is not on this machine and cannot be pulled: {reason}"


def another(variable: str) -> str:
    """What to do about an image that is missing."""
    return f"Let {variable} name one that is there, or use --stack embedded."


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what the engine answers into a StackError that begins with `what`."""
    try:
        yield
    except (DockerException, RequestException) as cause:
        raise StackError(f"{what}: {_reason(cause)}.") from cause


def _reason(cause: BaseException) -> str:
    system = _system_error(cause)
    known = getattr(cause, "explanation", None) or (None if system is None else system.strerror)
    text = str(known or cause) or type(cause).__name__
    return text.strip().splitlines()[0].rstrip(".")


def _silence(cause: BaseException) -> str:
    """Why no engine can be used, and what to do about it."""
    where = inherited({}).get("DOCKER_HOST") or "its usual socket"
    if isinstance(_system_error(cause), PermissionError):
        return (
            f"The Docker engine at {where} may not be used by this account: permission denied. Join the "
            "group that its socket belongs to (often docker), let DOCKER_HOST name another engine, or use "
            "--stack embedded."
        )
    return (
        f"No Docker engine answers at {where}: {_reason(cause)}. Start one, let DOCKER_HOST name one, or use "
        "--stack embedded."
    )


def _system_error(cause: BaseException) -> OSError | None:
    """What the system said, at the bottom of what libraries made of it."""
    waiting, seen = [cause], set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, OSError) and one.errno is not None:
            return one
        seen.add(id(one))
        inner = (*one.args, one.__cause__, one.__context__)
        waiting += [part for part in inner if isinstance(part, BaseException) and id(part) not in seen]
    return None
