"""Where servers are installed and running stacks are recorded."""

import contextlib
import errno
import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StackError
from harness.settings import Settings
from harness.stack.account import Account

__all__ = ["Home", "explain"]

_SHARED = Path("/var/cache/parity-harness")


@dataclass(frozen=True)
class Home:
    """The directory that HARNESS_HOME names, or the default one, with the places inside it."""

    path: Path

    @classmethod
    def of(cls, settings: Settings, account: Account) -> "Home":
        """The home to use: a shared one if root's own is closed to the servers, unless it was named."""
        if settings.home_is_explicit or account.can_enter(settings.home):
            return cls(settings.home)
        return cls(_SHARED)

    @property
    def servers(self) -> Path:
        """One directory per installed set of servers."""
        return self.path / "servers"

    @property
    def instances(self) -> Path:
        """One directory per running stack."""
        return self.path / "instances"

    @property
    def seeds(self) -> Path:
        """Fresh clusters, from which each stack's is copied."""
        return self.path / "seeds"

    @property
    def kept(self) -> Path:
        """The note about the stack that ``harness stack up`` keeps running."""
        return self.path / "up.json"

    def seed(self, options: Sequence[str], version: str, account: Account) -> Path | None:
        """Where the cluster that initdb makes with `options` is kept; None if the account cannot go there."""
        digest = hashlib.sha256(json.dumps([version, options]).encode()).hexdigest()[:16]
        return self.seeds / f"{digest}-{account.uid}" if account.can_enter(self.path) else None

    def make(self, place: Path) -> Path:
        """Create `place`, a directory inside this home. Raises StackError that names HARNESS_HOME."""
        try:
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            # The mode bits alone do not tell: the file system may be read-only.
            with contextlib.closing(tempfile.TemporaryFile(dir=place)):
                pass
        except OSError as cause:
            raise explain(cause, f"{self.path} cannot be used") from cause
        return place


def explain(cause: OSError, what: str) -> StackError:
    """The error for a directory under the home that cannot be written."""
    if cause.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StackError(
            f"{what}: the disk is full. Free about 300 MB, "
            "or set HARNESS_HOME to a directory on another disk."
        )
    return StackError(
        f"{what}: {cause.strerror or cause}. Set HARNESS_HOME to a directory that you may write."
    )
