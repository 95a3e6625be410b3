"""What a run created is removed at its end, or its journal says how."""

import glob
import shlex
from pathlib import Path

from harness.errors import HarnessError
from loadtests.generation.generator import Generator

__all__ = ["clean"]


def clean(generator: Generator, journal: Path | None) -> tuple[str, ...]:
    """Remove what a run has created; returns what is left, in sentences, the last of which says what to do.

    Never raises: it runs also after a failure and after Ctrl-C. Without a `journal` nothing was created.
    """
    if journal is None:
        return ()
    left: tuple[str, ...]
    try:
        left = generator.clean()
    except (HarnessError, KeyboardInterrupt) as error:
        left = (f"What the run created was not removed: {str(error) or 'interrupted'}.",)
    # Each process of this machine has a journal of its own.
    journals = sorted(journal.parent.glob(f"{glob.escape(journal.name)}.a*"))
    if not left:
        for one in journals:
            one.unlink(missing_ok=True)
        return ()
    return (*left, f"Try again: harness load clean {shlex.join(map(str, journals))}") if journals else left
