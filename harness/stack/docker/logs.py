"""What containers have said: quoted where something went wrong, and kept when they are removed."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import StackError
from harness.redact import redact
from harness.settings import secrets
from harness.stack.docker.engine import Engine, explained
from harness.stack.docker.labels import DATABASE, ROLE, STACK
from harness.stack.records import Images

if TYPE_CHECKING:
    from docker.models.containers import Container as EngineContainer

__all__ = ["keep", "last_lines", "last_words", "said_about", "words"]

_LINES = 3
_SAID_LINES = 6
_SAID_CHARACTERS = 300
_STATEMENT = " STATEMENT:  "
"""Of PostgREST: a screen long, and the same for each request of its kind."""
_KEPT_BYTES = 2_000_000
"""Of the end of a log: a supervisor has little time to keep it."""
_SEARCHED_LINES = 2_000
"""Of Postgres, which serves all databases of the stack at once."""


def words(images: Images, database: str | None) -> str:
    """The last lines of Postgres, and of the servers of a database, each with its state."""
    try:
        found = _concerned(images, database)
    except StackError as error:
        return str(error)
    said = [f"{one.labels.get(ROLE)} ({one.status}): {last_words(one, _LINES)}" for one in found]
    return "; ".join(sorted(said)) or "its containers are gone"


def said_about(images: Images, database: str, since: float) -> str:
    """What the servers have said of one database since a time (of the epoch, in seconds), the latest last.

    As lines; empty if they said nothing.
    """
    try:
        found = _concerned(images, database)
        blocks = {str(one.labels.get(ROLE)): _about(one, database, since) for one in found}
    except StackError as error:
        return str(error)
    return "\n".join(f"{role}: {line}" for role, lines in sorted(blocks.items()) for line in lines)


def last_words(container: "EngineContainer", lines: int = 5) -> str:
    """The last `lines` lines of a container's log, on one line; why there are none, otherwise."""
    try:
        last = last_lines(container, lines)
    except StackError as error:
        return str(error)
    return " / ".join(last) if last else "its log is empty"


def last_lines(container: "EngineContainer", lines: int, since: float | None = None) -> list[str]:
    """The last `lines` lines of a container's log that say something. Raises StackError."""
    with explained("its log cannot be read"):
        content = bytes(container.logs(tail=3 * lines, since=since)).decode(errors="replace").splitlines()
    return [line.strip() for line in content if line.strip()][-lines:]


def keep(container: "EngineContainer", directory: Path | None) -> None:
    """Write the end of a container's log into a directory, under its name and without secrets.

    Nothing depends on it: a log that cannot be read or written is left out.
    """
    if directory is None:
        return
    with contextlib.suppress(StackError, OSError), explained("its log cannot be read"):
        content = _end(bytes(container.logs(timestamps=True))).decode(errors="replace")
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{container.name}.log").write_text(redact(content, secrets()), encoding="utf-8")


def _end(content: bytes) -> bytes:
    """What is kept of a log: whole lines, so that no half of a secret stays."""
    if len(content) <= _KEPT_BYTES:
        return content
    end = content[-_KEPT_BYTES:]
    end = end[end.find(b"\n") + 1 :]
    return b"... %d of %d bytes are left out ...\n" % (len(content) - len(end), len(content)) + end


def _concerned(images: Images, database: str | None) -> "list[EngineContainer]":
    engine = Engine.connect()
    with explained("The containers cannot be listed"):
        found = engine.client.containers.list(
            all=True, filters={"label": f"{STACK}={images.labels[STACK]}"}, ignore_removed=True
        )
    return [one for one in found if one.labels.get(DATABASE) in {None, database}]


def _about(container: "EngineContainer", database: str, since: float) -> list[str]:
    if container.labels.get(DATABASE) == database:
        # The gateway says on which port it listens, and nothing else while it is well.
        lines = last_lines(container, _SAID_LINES, since)
        found = [line for line in lines if not line.startswith('{"port":')]
    else:
        lines = last_lines(container, _SEARCHED_LINES, since)
        found = [line for line in lines if f" {database} " in line and _STATEMENT not in line][-_SAID_LINES:]
    return [line if len(line) <= _SAID_CHARACTERS else f"{line[:_SAID_CHARACTERS]}…" for line in found]
