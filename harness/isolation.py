"""Keeping a user's own `contracts/` or `migrations/` folder from being imported in place of ours.

`python -P` keeps the working directory out of ``sys.path``, but PYTHONPATH
may bring it back. Isolated mode (`-I`) would ignore PYTHONPATH, and with it
installations that are made by it. So folders that hold a package of one of
our names, and are not ours, move behind ours.
"""

import os
from collections.abc import Sequence
from pathlib import Path

__all__ = ["PACKAGES", "ROOT", "ours_first", "without_impostors"]

PACKAGES = ("harness", "contracts", "migrations", "loadtests")
ROOT = Path(__file__).resolve().parent.parent
"""The directory that holds our packages: site-packages, or a checkout."""


def ours_first(path: Sequence[str], root: Path = ROOT) -> list[str]:
    """Reorder ``sys.path``: entries that would shadow one of our packages come last."""
    shadowing = [entry for entry in path if _shadows(entry, root, PACKAGES)]
    return [entry for entry in path if entry not in shadowing] + shadowing


def without_impostors(pythonpath: str | None, root: Path = ROOT) -> str | None:
    """Return PYTHONPATH for ``python -m harness`` without entries that hold another `harness`, or None.

    The other names need no care here: the started process calls `ours_first`.
    """
    entries = [entry for entry in (pythonpath or "").split(os.pathsep) if entry]
    return os.pathsep.join(entry for entry in entries if not _shadows(entry, root, ("harness",))) or None


def _shadows(entry: str, root: Path, names: Sequence[str]) -> bool:
    folder = Path(entry or ".")
    try:
        return folder.resolve() != root and any(
            (folder / name).is_dir() or (folder / f"{name}.py").is_file() for name in names
        )
    except OSError:
        return False
