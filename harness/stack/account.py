"""The operating system account that the servers run as."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

__all__ = ["Account"]

_NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """A user and a group; `switch`: the servers must change to them, as Postgres refuses to run as root."""

    uid: int
    gid: int
    switch: bool

    @classmethod
    def current(cls) -> Self:
        """The account of this process, or `nobody` if this process is root's."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), switch=False)
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            return cls(_NOBODY, _NOBODY, switch=True)
        return cls(nobody.pw_uid, nobody.pw_gid, switch=True)

    def popen_options(self) -> dict[str, Any]:
        """Arguments of subprocess.Popen that start a process under this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}

    def own(self, path: Path) -> None:
        """Give a file or a directory to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, path: Path) -> bool:
        """True if every existing directory from the root down to `path` may be passed by this account.

        Only mode bits are judged. Directories that do not exist yet count as passable: they are made so.
        """
        if not self.switch:
            return True
        places = [path, *path.parents]
        return all(self._passes(place.stat()) for place in places if place.exists())

    def _passes(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)
