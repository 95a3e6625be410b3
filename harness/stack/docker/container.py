"""One server in a container, started through testcontainers and removed with its volumes."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from docker.errors import APIError, DockerException, NotFound
from docker.types import LogConfig
from requests import RequestException

from harness.errors import StackError
from harness.stack.docker.engine import explained
from harness.stack.docker.labels import ROLE
from harness.stack.docker.logs import keep, last_words

if TYPE_CHECKING:
    from docker.models.containers import Container as EngineContainer
    from testcontainers.core.container import DockerContainer

__all__ = ["READABLE", "Container", "PortTaken", "Spec"]

_STOP_S = 8
_END_S = 30.0
_POLL_S = 0.02
_TAKEN = ("port is already allocated", "address already in use", "Address already in use")
READABLE = LogConfig(type=LogConfig.types.JSON, config={"max-size": "4m", "max-file": "2"})
"""Whatever the engine's default is: here what a server says is asked for. Bounded, for runs may be long."""


class PortTaken(StackError):
    """Another process has the port that the container should have."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What to run."""

    image: str
    name: str
    role: str
    """``postgres``, ``postgrest`` or ``gateway``."""
    labels: Mapping[str, str]
    network: str
    """A network's name, or ``host``."""
    environment: Mapping[str, str] = field(repr=False)
    command: Sequence[str] | None = None
    """None: the image's own."""
    published: Mapping[int, tuple[str, int | None]] = field(default_factory=dict)
    """By port inside: address and port outside; None: any free one. Not for the network ``host``."""
    files: Sequence[tuple[Path | bytes, str]] = ()
    """What is copied in before the start, and to where."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """As the engine's API calls them."""
    logs: Path | None = None
    """Where its log is kept when it is removed; None: nowhere."""


class Container:
    """A container; made running by `run`."""

    def __init__(self, role: str, running: "EngineContainer", logs: Path | None = None) -> None:
        self.role = role
        self.id = str(running.id)
        self._running = running
        self._logs = logs

    @classmethod
    def run(cls, spec: Spec) -> Self:
        """Create the container, copy its files in and start it. Raises StackError, also PortTaken."""
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  # takes as long as all the rest
        from testcontainers.core.network import Network  # noqa: PLC0415

        with explained(f"The container {spec.name} could not be prepared"):
            made = DockerContainer(
                spec.image,
                command=None if spec.command is None else list(spec.command),  # type: ignore[arg-type]  # lists pass through
                env=dict(spec.environment),
                name=spec.name,
            )
            labels = {**spec.labels, ROLE: spec.role}
            options: dict[str, Any] = {"labels": labels, "log_config": READABLE, **spec.options}
            if spec.network == "host":
                options |= {"network": None, "network_mode": "host"}
            else:
                network = Network()
                network.name = spec.network
                made.with_network(network).with_network_aliases(spec.role)
                made.ports.update(spec.published)  # type: ignore[arg-type]  # addresses pass through, too
            made.with_kwargs(**options)
            for source, place in spec.files:
                made.with_copy_into_container(source, place)
        try:
            made.start()
            return cls(spec.role, made.get_wrapped_container(), spec.logs)
        except (DockerException, RequestException) as cause:
            _undo(made)
            said = str(getattr(cause, "explanation", None) or cause).strip()
            kind = PortTaken if any(words in said for words in _TAKEN) else StackError
            raise kind(f"The {spec.role} of {spec.image} could not be started: {said}") from cause
        except BaseException:
            _undo(made)
            raise

    @property
    def is_running(self) -> bool:
        """What the engine says now."""
        self._look()
        return self._running.status == "running"

    @property
    def exit_status(self) -> int:
        """That of the process that has ended."""
        return int(self._running.attrs["State"]["ExitCode"])

    def published(self, port: int) -> int | None:
        """The port outside of a port inside; None until there is one."""
        self._look()
        found = (self._running.ports or {}).get(f"{port}/tcp")
        return int(found[0]["HostPort"]) if found else None

    def log(self) -> str:
        """Everything that it has said."""
        with explained(f"The log of {self.role} could not be read"):
            return bytes(self._running.logs()).decode(errors="replace")

    def words(self) -> str:
        """The last lines of its log, to be quoted in an error."""
        return last_words(self._running)

    def stop(self) -> None:
        """End the server in order, as its image asks for it; the hard way after 8 s."""
        with explained(f"{self.role} could not be stopped"):
            self._running.stop(timeout=_STOP_S)

    def kill(self) -> None:
        """End the server as a crash would, and wait for that. Raises StackError."""
        with explained(f"{self.role} could not be killed"):
            self._running.kill()
        deadline = time.monotonic() + _END_S
        while self.is_running:
            if time.monotonic() > deadline:
                raise StackError(f"The killed {self.role} still runs after {_END_S:.0f} s.")
            time.sleep(_POLL_S)

    def start_again(self) -> None:
        """Start the stopped or killed server in the same container. Raises StackError."""
        if self.is_running:
            raise StackError(f"{self.role} runs already; stop or kill it first.")
        with explained(f"{self.role} could not be started again"):
            self._running.start()

    def remove(self) -> None:
        """Remove the container and its volumes, running or not. May be repeated."""
        keep(self._running, self._logs)
        try:
            self._running.remove(force=True, v=True)
        except NotFound:
            return
        except APIError as cause:
            if "already in progress" not in str(cause.explanation or cause):
                raise StackError(f"{self.role} could not be removed: {cause.explanation or cause}") from cause

    def _look(self) -> None:
        with explained(f"The container of {self.role} is gone"):
            self._running.reload()


def _undo(made: "DockerContainer") -> None:
    """Remove a container that may have been created; what cannot be removed now is found by its labels."""
    with contextlib.suppress(DockerException, RequestException):
        made.stop()
