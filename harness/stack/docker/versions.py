"""Which versions the images hold, asked of what is in them: a tag says what somebody meant."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.errors import StackError
from harness.stack.docker.container import READABLE
from harness.stack.docker.engine import Engine, explained

__all__ = ["POSTGRES", "POSTGREST", "PYTHON", "Program", "version_in", "version_of"]


@dataclass(frozen=True, kw_only=True)
class Program:
    """What an image must hold."""

    name: str
    command: Sequence[str]
    """What makes it say its version."""
    least: tuple[int, ...]
    why: str
    variable: str
    """What names the image."""


POSTGRES = Program(
    name="Postgres",
    command=("postgres", "--version"),
    least=(15,),
    why="views run with the rights of who reads them",
    variable="HARNESS_DOCKER_POSTGRES",
)
POSTGREST = Program(
    name="PostgREST",
    command=("postgrest", "--version"),
    least=(12,),
    why="it answers as hosted projects do",
    variable="HARNESS_DOCKER_POSTGREST",
)
PYTHON = Program(
    name="Python",
    command=("python3", "--version"),
    least=(3, 11),
    why="the gateway runs on it",
    variable="HARNESS_DOCKER_PYTHON",
)


def version_in(engine: Engine, image: str, program: Program, labels: Mapping[str, str]) -> str:
    """Run a program of an image for its version. Raises StackError if it is not there, or too old.

    The container is gone in the end; `labels` are what it is found by, should this process be killed.
    """
    with explained(f"{image} ({program.variable}) does not say which {program.name} it holds"):
        container = engine.client.containers.create(
            image,
            entrypoint=[program.command[0]],
            command=[*program.command[1:]],
            labels=dict(labels),
            network_mode="none",
            log_config=READABLE,
        )
        try:
            container.start()
            container.wait()
            said = bytes(container.logs()).decode(errors="replace")
        finally:
            container.remove(force=True, v=True)
    return version_of(said, image, program)


def version_of(said: str, image: str, program: Program) -> str:
    """The version in what a program said of itself. Raises StackError if there is none, or it is too old."""
    found = re.search(r"\d+(?:\.\d+)+", said)
    if found is None:
        raise StackError(
            f"{image} does not say which {program.name} it holds, but {said.strip()[:200]!r}. Let "
            f"{program.variable} name another image."
        )
    version = found[0]
    if tuple(map(int, version.split("."))) < program.least:
        least = ".".join(map(str, program.least))
        raise StackError(
            f"{image} holds {program.name} {version}, and {least} or newer is needed: {program.why}. Let "
            f"{program.variable} name another image."
        )
    return version
