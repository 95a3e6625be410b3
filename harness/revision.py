"""Which state of the user's application is examined: its commit, and what differs from it, by git."""

import hashlib
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.settings import inherited

__all__ = ["Revision", "WorkCopy", "described"]

_TIMEOUT_S = 30.0
_SHORT = 7
_NAMED = 3
_KEPT = ("GIT_CONFIG", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH")
"""All other variables of git name a repository, as inside of a hook: it need not be the application's."""
_REFUSALS = {
    "not a git repository": "no git repository",
    "dubious ownership": "git does not trust the owner of the repository; see git's safe.directory",
    "must be run in a work tree": "a git repository without a work tree",
}


class _Unknown(Exception):  # never leaves this module
    """What cannot be found out, in a few words."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What git says of the application."""

    name: str
    sha: str | None = None
    """The commit; None if there is none that is known, and `note` says why."""
    dirty: bool | None = None
    """True if files differ from the commit, or are not in it; None if that is not known."""
    digest: str | None = None
    """Tells two states of a dirty work tree apart; None for others."""
    note: str | None = None
    """What there is to know besides: why something is None, or which files differ."""

    def to_json(self) -> dict[str, Any]:
        """Return the documented object ``app`` of an outcome."""
        return {
            "name": self.name,
            "sha": self.sha,
            "dirty": self.dirty,
            "digest": self.digest,
            "note": self.note,
        }


class WorkCopy:
    """A directory whose state is looked at more than once during a run.

    Files that git does not know count as changes if they are there at the
    first look: what tests write later is no change of the application.
    """

    def __init__(self, name: str, directory: Path, written: Collection[Path] = ()) -> None:
        """Look at a directory; `written` are files and directories that a run itself replaces."""
        self._name = name
        self._directory = directory
        self._written = [path.resolve() for path in written]
        self._unknown_to_git: tuple[str, ...] | None = None

    def look(self) -> Revision:
        """Ask git. Whatever goes wrong is part of the answer."""
        try:
            top = Path(self._git("rev-parse", "--show-toplevel").rstrip("\n"))
            sha = self._commit()
        except _Unknown as unknown:
            return Revision(name=self._name, note=str(unknown))
        try:
            changed = self._changed(top)
            digest = self._digest(changed) if changed else None
        except _Unknown as unknown:
            return Revision(name=self._name, sha=sha, note=f"changes are not known: {unknown}")
        return Revision(
            name=self._name,
            sha=sha,
            dirty=bool(changed),
            digest=digest,
            note=f"changed: {_listed(changed)}" if changed else None,
        )

    def _commit(self) -> str:
        try:
            sha = self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
        except _Unknown as unknown:
            raise _Unknown("no commit yet") from unknown
        # A directory that its repository ignores, or does not know yet, is no part of the commit.
        if not self._git("ls-tree", "-z", "--name-only", sha):
            raise _Unknown(f"the commit {sha[:_SHORT]} holds nothing of {self._directory}")
        return sha

    def _changed(self, top: Path) -> list[str]:
        """Return the paths of files that differ, from the top of the repository."""
        tracked, unknown = _entries(
            self._git("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        )
        if self._unknown_to_git is None:
            self._unknown_to_git = tuple(path for path in unknown if not self._is_written(top / path))
        return sorted({*tracked, *self._unknown_to_git})

    def _is_written(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(one) for one in self._written)

    def _digest(self, changed: Sequence[str]) -> str:
        difference = self._git("diff", "HEAD", "--binary", "--no-ext-diff", "--no-textconv")
        text = "\0".join([*changed, difference])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def _git(self, *arguments: str) -> str:
        try:
            done = subprocess.run(
                ["git", "-C", str(self._directory), *arguments],
                env=_environ(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError as error:
            raise _Unknown("git was not found") from error
        except OSError as error:
            raise _Unknown(f"git cannot be started: {error.strerror or error}") from error
        except subprocess.TimeoutExpired as error:
            raise _Unknown(f"git did not answer within {_TIMEOUT_S:.0f} s") from error
        if done.returncode != 0:
            raise _Unknown(_refusal(done.stderr.decode("utf-8", "replace"), done.returncode))
        return done.stdout.decode("utf-8", "surrogateescape")


def described(app: Mapping[str, Any]) -> str:
    """Name an application and its commit, as verdicts do: ``scheduler 1a2b3c4 with uncommitted changes``."""
    sha, dirty = app.get("sha"), app.get("dirty")
    name = str(app.get("name") or "your application")
    if not sha:
        return f"{name}, commit unknown"
    changes = {True: " with uncommitted changes", False: ""}.get(dirty, ", changes unknown")  # type: ignore[arg-type]  # None is the default
    return f"{name} {str(sha)[:_SHORT]}{changes}"


def _entries(status: str) -> tuple[list[str], list[str]]:
    """Split what ``git status -z`` prints into tracked paths that differ, and paths unknown to git."""
    entries = [entry for entry in status.split("\0") if entry]
    tracked = [entry[3:] for entry in entries if not entry.startswith("??")]
    return tracked, [entry[3:] for entry in entries if entry.startswith("??")]


def _listed(paths: Sequence[str]) -> str:
    shown = [path.encode("utf-8", "replace").decode("utf-8") for path in paths[:_NAMED]]
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(shown) + more


def _refusal(stderr: str, returncode: int) -> str:
    for sign, words in _REFUSALS.items():
        if sign in stderr:
            return words
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"git ended with exit status {returncode}"


def _environ() -> dict[str, str]:
    named = [name for name in inherited({}) if name.startswith("GIT_") and not name.startswith(_KEPT)]
    return inherited({**dict.fromkeys(named), "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"})
