"""A run as the guest of a given project: shown in at the beginning, nothing left behind at the end."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.errors import HarnessError, StackError
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.external.api import Api
from harness.stack.external.consent import Consent
from harness.stack.external.door import Door
from harness.stack.external.journal import Journal, unfinished
from harness.stack.external.preflight import (
    require_consent,
    require_empty,
    require_one_database,
    require_ready,
)
from harness.stack.external.project import Project
from harness.stack.external.record import ExternalRecord
from harness.stack.external.removal import finish, strangers
from harness.stack.external.rules import Scope
from harness.stack.home import Home

__all__ = ["Visit", "visit"]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A project that may be used."""

    run: str
    """``harness stack clean --run`` takes it."""
    record: Path
    """For the workers."""
    target: dict[str, str]


@contextmanager
def visit(settings: Settings, consent: Consent) -> Iterator[Visit]:
    """Use the project that the environment names, within what is allowed; everything is removed at the end.

    Raises HarnessError before anything is written, or if something was left behind.
    """
    project = Project.of(settings)
    dsn = require_consent(project, allow_writes=consent.writes)
    scope = Scope.OWN if consent.isolated_only else Scope.ALL
    home = Home.of(settings, Account.current())
    with ExitStack() as resources:
        api = resources.enter_context(Api(project))
        door = resources.enter_context(closing(Door(dsn)))
        postgrest = require_ready(api, door)
        run = settings.run_id or _new_run()
        journal = Journal.create(home.path, run=run, url=project.url)
        resources.callback(journal.close)
        if scope is Scope.ALL:
            # Of two runs that begin together, at least one sees the other's journal.
            with _unlinked_if_refused(journal.path):
                require_empty(project, api, door, unfinished(home.path, project.url, but=run))
        # The first to end: the others are needed for it.
        resources.callback(_leave, api, door, journal.path, scope)
        require_one_database(api, door, journal, scope)
        directory = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="parity-external-")))
        record = ExternalRecord(
            url=project.url,
            anon_key=project.anon_key,
            service_key=project.service_key,
            database_url=dsn,
            journal=str(journal.path),
            scope=scope.name,
        )
        record.write(directory / "record.json")
        target = {"stack": "external", "postgres": door.version(), "postgrest": postgrest}
        yield Visit(run=run, record=directory / "record.json", target=target)


@contextmanager
def _unlinked_if_refused(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink()
        raise


def _leave(api: Api, door: Door, path: Path, scope: Scope) -> None:
    """Remove what is still there, whoever was killed, and the journal with it."""
    journal = Journal.reopen(path)
    try:
        finish(api, door, journal)
        left = strangers(door) if scope is Scope.ALL else None
    except (HarnessError, KeyboardInterrupt) as error:
        why = str(error) if isinstance(error, HarnessError) else "their removal was interrupted."
        raise StackError(
            f"Rows of this run may be left in the project: {why} Remove them: harness stack clean --run "
            f"{path.stem}"
        ) from error
    finally:
        journal.close()
    path.unlink()
    if left is not None:
        raise StackError(f"{left} Nothing that was found counts; run again while nobody does.")


def _new_run() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
