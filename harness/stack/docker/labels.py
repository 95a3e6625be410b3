"""By what the containers of a stack are found again, also by a process that did not start them."""

import os
import platform
import uuid
from collections.abc import Mapping
from pathlib import Path

__all__ = ["DATABASE", "MACHINE", "OWNER", "ROLE", "STACK", "of_nobody", "of_stack", "this_machine"]

STACK = "parity-harness.stack"
"""The stack's directory: while it is held, its containers belong to a living process."""
MACHINE = "parity-harness.machine"
"""Where that directory is: an engine may serve several machines."""
ROLE = "parity-harness.role"
"""``postgres``, ``postgrest`` or ``gateway``."""
DATABASE = "parity-harness.database"
_RUN = "parity-harness.run"
OWNER = "parity-harness.owner"
"""The number of the process that started the stack."""


def of_stack(instance: Path, run_id: str | None) -> Mapping[str, str]:
    """The labels that everything of one stack carries."""
    run = {} if run_id is None else {_RUN: run_id}
    return {STACK: str(instance), MACHINE: this_machine(), OWNER: str(os.getpid()), **run}


def of_nobody() -> Mapping[str, str]:
    """The labels of what belongs to no stack and lives for a moment: ``harness stack clean`` removes it."""
    return {STACK: "/no-stack", MACHINE: this_machine()}


def this_machine() -> str:
    """A name for this machine that others do not have, and that it keeps."""
    address = uuid.getnode()
    # Without an interface there is no address, and each process is given another number, marked by this bit.
    return platform.node() if address >> 40 & 1 else f"{platform.node()}-{address:x}"
