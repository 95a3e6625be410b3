"""The machine: Python and its packages, and places to write."""

import shutil
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from harness.doctor.items import Item, ok, problem

__all__ = ["packages", "python", "temporary", "writable"]

_NEEDED = ("click", "psycopg", "pytest", "pytest-xdist", "supabase", "httpx", "aiohttp")
_MB = 1_000_000


def python(found: tuple[int, ...] = sys.version_info[:3]) -> Item:
    """Python 3.11 or later."""
    text = ".".join(map(str, found))
    if found < (3, 11):
        return problem("python", f"Python {text} is too old", "Use Python 3.11 or later.")
    return ok("python", f"Python {text}")


def packages() -> Item:
    """The packages that the gate imports are installed."""
    found, missing = [], []
    for name in _NEEDED:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return problem(
            "packages",
            f"{', '.join(missing)} not installed",
            "Reinstall parity-harness with its dependencies.",
        )
    return ok("packages", ", ".join(found))


def writable(name: str, place: Path, *, need_mb: int, remedy: str) -> Item:
    """A directory, or the nearest one above it that exists, can be written and has room."""
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
        free_mb = shutil.disk_usage(existing).free // _MB
    except OSError as error:
        return problem(name, f"{place} cannot be written: {error.strerror or error}", remedy)
    if free_mb < need_mb:
        return problem(name, f"{place} has {free_mb} MB free, {need_mb} MB are needed", remedy)
    return ok(name, f"{place}, {free_mb} MB free")


def temporary(need_mb: int) -> Item:
    """The directory for temporary files."""
    try:
        place = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        return problem("temp", str(error), "Set TMPDIR to a directory that you may write.")
    return writable("temp", place, need_mb=need_mb, remedy="Free some space, or set TMPDIR elsewhere.")
