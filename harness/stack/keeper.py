"""The process that owns the stack of ``harness stack up``: ``python -m harness.stack.keeper``.

It prints one line of JSON, ``{"ready": true}`` or ``{"error": …}``, and ends with SIGTERM.
"""

import json
import os
import signal
import sys
from types import FrameType

from harness.errors import HarnessError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.home import Home
from harness.stack.kept import KeptStack
from harness.stack.opening import own_kind, start
from harness.stack.processes import ProcessId

__all__ = ["main"]


def main() -> None:
    """Keep a stack with one database until a signal comes."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)
    try:
        _keep(Settings.from_environ())
    except Exception as cause:  # whatever it is, the command must hear of it
        _tell(error=str(cause) if isinstance(cause, HarnessError) else f"{type(cause).__name__}: {cause}")
        raise SystemExit(2) from cause


def _keep(settings: Settings) -> None:
    home = Home.of(settings, Account.current())
    with start(settings, own_kind(settings)) as stack, stack.clone() as database:
        coordinates = database.coordinates
        kept = KeptStack(
            pid=os.getpid(),
            started=ProcessId.of(os.getpid()).started,
            record=str(stack.record),
            kind=stack.kind,
            postgres_version=stack.postgres_version,
            postgrest_version=stack.postgrest_version,
            migrations_hash=stack.migrations_hash,
            supabase_url=coordinates.supabase_url,
            anon_key=coordinates.anon_key,
            service_role_key=coordinates.service_role_key,
            database_url=coordinates.database_url,
        )
        kept.write(home)
        try:
            _tell(ready=True)
            while True:
                signal.pause()
        finally:
            home.kept.unlink(missing_ok=True)


def _end(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)  # once is enough: the stack is being stopped
    raise SystemExit(0)


def _tell(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
