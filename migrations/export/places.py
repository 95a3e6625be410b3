"""A file or a directory that appears under its name only when it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.errors import ConfigurationError
from harness.reports.files import explain

__all__ = ["fresh_directory", "fresh_file", "sync"]


@contextmanager
def fresh_file(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a draft beside `path` that takes its name at the end, flushed to the disk; an error removes it.

    Raises ConfigurationError if something has that name already, unless `replace`, or if it cannot be
    written.
    """
    _refuse(path, replace=replace)
    draft = _draft(path)
    try:
        with _explained(path):
            yield draft
            sync(draft)
            _take_name(draft, path, replace=replace)
            sync(path.parent)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


@contextmanager
def fresh_directory(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a draft beside `path`, made for its owner alone, that takes its name at the end, all flushed.

    Raises ConfigurationError as `fresh_file`; nothing but a snapshot is ever replaced.
    """
    _refuse(path, replace=replace)
    if path.exists() and not (path / "snapshot.json").is_file():
        raise ConfigurationError(
            f"{path} has no snapshot.json, so it is no snapshot that could be replaced. Name another place."
        )
    draft = _draft(path)
    try:
        with _explained(path):
            draft.mkdir(mode=0o700)
            yield draft
            for file in draft.iterdir():
                sync(file)
            sync(draft)
            _swap(draft, path)
            sync(path.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def sync(path: Path) -> None:
    """Have the system write a file, or the names in a directory, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse(path: Path, *, replace: bool) -> None:
    if path.is_symlink() or (path.exists() and not replace):
        raise ConfigurationError(
            f"{path} exists, and a snapshot is never written over. Name another place, or give --force."
        )
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path} cannot be written: there is no directory {path.parent}.")


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.{os.getpid()}.partial")


def _take_name(draft: Path, path: Path, *, replace: bool) -> None:
    if replace:
        draft.replace(path)
        return
    # Unlike a rename, a link never replaces what came between.
    os.link(draft, path)
    draft.unlink()


def _swap(draft: Path, path: Path) -> None:
    if not path.exists():
        draft.rename(path)
        return
    old = path.with_name(f"{path.name}.{os.getpid()}.old")
    path.rename(old)
    draft.rename(path)
    shutil.rmtree(old)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise ConfigurationError(
            f"{path} appeared while its rows were written; nothing was replaced. Name another place."
        ) from None
    except OSError as error:
        raise explain(path, error) from error
