"""What an owner tells a supervisor while it runs, and what it is told."""

import contextlib
import json
from typing import Protocol

from harness.errors import StackError

__all__ = ["Server", "obey", "reason", "tell"]


class Server(Protocol):
    """What a supervisor can stop and start again."""

    def stop(self) -> None:
        """End it in order."""
        ...

    def kill(self) -> None:
        """End it as a crash would."""
        ...

    def start_again(self) -> None:
        """Start it on what it left, and return when it answers."""
        ...


def obey(server: Server, word: str) -> bool:
    """Do what the owner says, and answer; False for a word that is no order."""
    actions = {"stop": server.stop, "kill": server.kill, "start": server.start_again}
    if word not in actions:
        return False
    try:
        actions[word]()
    except Exception as cause:  # noqa: BLE001  # whatever it is, the owner must hear of it
        tell(error=reason(cause))
    else:
        tell(done=word)
    return True


def reason(cause: Exception) -> str:
    """What the owner is told of an error."""
    return str(cause) if isinstance(cause, StackError) else f"{type(cause).__name__}: {cause}"


def tell(**words: object) -> None:
    """Say something to the owner: one line of JSON."""
    with contextlib.suppress(BrokenPipeError):  # the owner died; the end follows
        print(json.dumps(words), flush=True)  # noqa: T201  # the protocol with the owner
