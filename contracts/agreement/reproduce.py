"""What a script that repeats a disagreement runs on: adapter and reference, opened and asked."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, closing

from contracts.agreement.pair import Pair
from contracts.expect import Divergence
from contracts.plan import Adapter, Level
from contracts.stacks import open_stack
from harness.errors import HarnessError
from harness.models.outcome import Status
from harness.settings import Settings

__all__ = ["reproduce"]


def reproduce(adapter: Adapter, steps: Callable[[Pair], None], *, level: Level = "strict") -> int:
    """Take the steps on empty tables and say how they ended; returns the exit status.

    0: adapter and reference agree on every step. 1: they do not. 2: it could not be checked.
    """
    try:
        with ExitStack() as resources:
            record = None
            if adapter.needs_stack:
                settings = Settings.from_environ()
                record = resources.enter_context(open_stack("embedded", settings)).record
            subject = resources.enter_context(closing(adapter.open(record)))
            pair = resources.enter_context(Pair(subject, names=level == "strict"))
            try:
                steps(pair)
            except Divergence as divergence:
                place = f"step {len(pair.steps)}, {pair.steps[-1].operation}"
                sys.stdout.write(f"{adapter.name} and the reference disagree at {place}:\n")
                sys.stdout.write(f"  expected {divergence.expected}\n  actual   {divergence.actual}\n")
                return Status.FAILED.exit_status
            sys.stdout.write(f"{adapter.name} and the reference agree on all {len(pair.steps)} steps.\n")
            return Status.PASSED.exit_status
    except HarnessError as error:
        sys.stderr.write(f"Error: {error}\n")
        return Status.UNCHECKED.exit_status
