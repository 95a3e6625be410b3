"""Removing the containers and networks whose owner has died."""

import contextlib
import time
from pathlib import Path

from docker.errors import APIError, NotFound

from harness.errors import StackError
from harness.stack.docker.engine import Engine, explained
from harness.stack.docker.labels import MACHINE, STACK, this_machine
from harness.stack.docker.logs import keep

__all__ = ["stacks_of_this_machine", "sweep"]

_NETWORK_S = 10.0
_POLL_S = 0.1


def sweep(engine: Engine, instance: Path, logs: Path | None = None) -> int:
    """Remove what the stack of this directory left in the engine; returns how many containers there were.

    What they logged is kept in `logs`. Raises StackError, if something is still there.
    """
    chosen: dict[str, str | list[str] | bool] = {"label": f"{STACK}={instance}"}
    with explained(f"The containers of {instance} could not be removed"):
        containers = engine.client.containers.list(all=True, filters=chosen, ignore_removed=True)
        for container in containers:
            keep(container, logs)
            try:
                container.remove(force=True, v=True)
            except NotFound:
                continue
            except APIError as cause:
                if "already in progress" not in str(cause.explanation or cause):
                    raise
        networks = engine.client.networks.list(filters=chosen)
    for network in networks:
        _remove(engine, str(network.id))
    return len(containers)


def stacks_of_this_machine(engine: Engine) -> set[Path]:
    """The directories of all stacks of which this machine left something in the engine."""
    chosen: dict[str, str | list[str] | bool] = {"label": f"{MACHINE}={this_machine()}"}
    with explained("The containers of this machine could not be listed"):
        containers = engine.client.containers.list(all=True, filters=chosen, ignore_removed=True)
        networks = engine.client.networks.list(filters=chosen)
    return {Path(container.labels[STACK]) for container in containers} | {
        Path(network.attrs["Labels"][STACK]) for network in networks
    }


def _remove(engine: Engine, network: str) -> None:
    """A container that is just being removed still holds its network."""
    deadline = time.monotonic() + _NETWORK_S
    while True:
        try:
            with contextlib.suppress(NotFound):
                engine.client.api.remove_network(network)
        except APIError as cause:
            if time.monotonic() > deadline:
                said = cause.explanation or cause
                raise StackError(f"The network {network} could not be removed: {said}") from cause
            time.sleep(_POLL_S)
        else:
            return
