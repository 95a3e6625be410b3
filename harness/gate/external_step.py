"""The step `stack` for a given project: is everything there that the other steps need?"""

from contextlib import closing
from datetime import UTC, datetime

from harness.errors import HarnessError
from harness.gate.steps import STACK, unchecked
from harness.models.outcome import Counts, Outcome, Status, Subject
from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.external.api import Api
from harness.stack.external.cache import require_known
from harness.stack.external.door import Door
from harness.stack.external.journal import place_of
from harness.stack.external.project import Project
from harness.stack.home import Home
from harness.version import version

__all__ = ["examine", "left_behind", "warning"]


def examine(settings: Settings, run_id: str) -> Outcome:
    """Show the project each key once, and ask for its versions; no row is written or read.

    PostgREST is told to read the schema anew if it does not know all of it.
    """
    started_at = datetime.now(UTC)
    try:
        project = Project.of(settings)
        target = {"stack": "external", **_versions(project)}
    except HarnessError as error:
        return unchecked(STACK, str(error), run_id=run_id, started_at=started_at)
    keys = len(project.keys)
    return Outcome(
        run_id=run_id,
        step=STACK,
        status=Status.PASSED,
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        subject=Subject(harness={"version": version()}, target=target),
        counts={"keys": Counts(expected=keys, executed=keys, passed=keys, failed=0)},
    )


def warning(run_id: str) -> str:
    """What to do if nobody can clean up."""
    return f"If this is killed, remove its rows: harness stack clean --run {run_id}"


def left_behind(settings: Settings, run_id: str) -> str | None:
    """Say that a contract of this run was ended before it had removed its rows; None if it has."""
    home = Home.of(settings, Account.current())
    if not place_of(home.path, run_id).exists():
        return None
    return f"Rows of this run may be left in the project. Remove them: harness stack clean --run {run_id}"


def _versions(project: Project) -> dict[str, str]:
    with Api(project) as api:
        api.require_keys()
        if project.database_url is None:
            return {"postgrest": require_known(api.described, None)}
        with closing(Door(project.database_url)) as door:
            return {"postgres": door.version(), "postgrest": require_known(api.described, door.reload)}
