"""The step `stack` for a given project: is everything there that the other steps need?"""

from contextlib import closing
from datetime import UTC, datetime

from harness.errors import HarnessError
from harness.gate.steps import STACK, unchecked
from harness.models.outcome import Counts, Outcome, Status, Subject
from harness.settings import Settings
from harness.stack.external.api import Api
from harness.stack.external.cache import require_known
from harness.stack.external.door import Door
from harness.stack.external.project import Project
from harness.version import version

__all__ = ["examine"]


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


def _versions(project: Project) -> dict[str, str]:
    with Api(project) as api:
        api.require_keys()
        if project.database_url is None:
            return {"postgrest": require_known(api.described, None)}
        with closing(Door(project.database_url)) as door:
            return {"postgres": door.version(), "postgrest": require_known(api.described, door.reload)}
