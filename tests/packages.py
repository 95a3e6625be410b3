"""Packages that tests need beside Python's: installed once per lock, and kept with the servers."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.home import Home
from harness.stack.npm import Npm

__all__ = ["kept", "npm_packages"]

_LOCKED = ("package.json", "package-lock.json")
_INSTALL = ("ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error")
_DEADLINE_S = 600


def kept(lock: bytes, fill: Callable[[Path], None]) -> Path:
    """The directory that `fill` made out of a lock; made once, and whole or not at all, whoever asks."""
    home = Home.of(Settings.from_environ(), Account.current())
    parent = home.make(home.path / "test-packages")
    place = parent / hashlib.sha256(lock).hexdigest()[:16]
    # One lock for each place: other packages need not wait.
    with FileLock(place.with_suffix(".lock")):
        if not place.is_dir():
            partial = Path(tempfile.mkdtemp(prefix="partial-", dir=parent))
            try:
                fill(partial)
                partial.rename(place)
            finally:
                shutil.rmtree(partial, ignore_errors=True)
    return place


def npm_packages(project: Path) -> Path:
    """``node_modules`` as the lock of a project names it, development packages included."""

    def install(place: Path) -> None:
        for name in _LOCKED:
            shutil.copy(project / name, place)
        path = os.pathsep.join([str(npm.node_dir), os.environ.get("PATH", os.defpath)])
        done = subprocess.run(
            [*npm.command, *_INSTALL],
            cwd=place,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    npm = Npm.find()
    return kept((project / _LOCKED[1]).read_bytes(), install) / "node_modules"
