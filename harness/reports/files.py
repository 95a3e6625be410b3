"""Writing a file at once or not at all."""

import contextlib
import errno
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError

__all__ = ["explain", "make_directory", "remove", "reserve", "sha256_of", "write_json", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text`, so that a reader sees the old file or the whole new one.

    Raises ConfigurationError that names the path: it cannot be written, or the disk is full.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or a device: nothing to replace
            return
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.chmod(0o644)
            draft.replace(path)
        finally:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
    except OSError as error:
        raise explain(path, error) from error


def write_json(path: Path, value: Any) -> None:
    """Replace `path` by `value` as indented JSON. Raises ConfigurationError."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def remove(path: Path) -> None:
    """Remove an earlier run's file, so that it is not taken for this run's. Raises ConfigurationError.

    Only a file: ``/dev/null`` and pipes stay.
    """
    try:
        if path.is_file() or path.is_symlink():
            path.unlink()
    except OSError as error:
        raise explain(path, error) from error


def reserve(path: Path) -> None:
    """Make sure, before the work begins, that `write_text` can write later. Raises ConfigurationError."""
    try:
        if path.exists() and not path.is_file():
            with path.open("ab"):
                pass
        else:
            with tempfile.TemporaryFile(dir=path.parent):
                pass
    except OSError as error:
        raise explain(path, error) from error


def make_directory(path: Path) -> None:
    """Make a directory for results, before the work begins, and be sure to write into it later.

    Raises ConfigurationError.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(path, error) from error
    reserve(path / "results")


def sha256_of(path: Path) -> str:
    """The hash of a file's contents, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def explain(path: Path, error: OSError) -> ConfigurationError:
    """Say what is wrong with a place for results."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return ConfigurationError(
            f"{path} cannot be written: the disk is full. Free some space, and run again."
        )
    return ConfigurationError(
        f"{path} cannot be written: {error.strerror or error}. Name a place that you may write."
    )
