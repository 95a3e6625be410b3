"""What must be shown of a given project before the first row is written there."""

from uuid import uuid4

from harness.errors import ConfigurationError, StackError
from harness.models import ENTITIES, ReconciliationJob, entity_of
from harness.stack.external.api import Api
from harness.stack.external.cache import require_known
from harness.stack.external.door import Door
from harness.stack.external.journal import Journal, Left
from harness.stack.external.project import Project
from harness.stack.external.rules import Scope

__all__ = ["require_consent", "require_empty", "require_one_database", "require_ready"]

_PROBED = entity_of(ReconciliationJob).table


def require_consent(project: Project, *, allow_writes: bool) -> str:
    """Refuse to write where nobody allowed it, or nothing could be removed; returns the database's URL.

    Raises ConfigurationError.
    """
    if not allow_writes:
        raise ConfigurationError(
            f"The contract writes rows to {project.url} and removes them again, and nobody has allowed it. "
            "Nothing was read or written. Add --allow-writes if its six tables are empty and no worker of "
            "yours looks at them; --stack embedded needs no project."
        )
    if project.database_url is None:
        raise ConfigurationError(
            "DATABASE_URL is not set. The contract makes audit entries, which no role of the API may remove: "
            "with the database's URL (of the owner, a pooler will do) they are removed by their ids. Nothing "
            "was written."
        )
    return project.database_url


def require_ready(api: Api, door: Door) -> str:
    """Check keys, rights and what PostgREST knows; returns its version. Raises HarnessError."""
    api.require_keys()
    if blind := door.blindness():
        raise ConfigurationError(
            f"{blind[0].upper()}{blind[1:]}, so it cannot tell whether the tables are empty, nor clean up. "
            "Nothing was written. Use the role that owns them: postgres, on hosted projects."
        )
    return require_known(api.described, door.reload)


def require_empty(project: Project, api: Api, door: Door, left: Left) -> None:
    """Refuse a project that has rows, counted twice: by the service role, and by SQL.

    `left` are other runs of ours there: beside one that is under way, a table is empty by chance. Raises
    ConfigurationError.
    """
    if left.going_on:
        raise ConfigurationError(
            f"Run {left.going_on[-1]} is under way in {project.url}. Nothing was written. Wait until it ends."
        )
    for how, counts in (
        ("by the service role", {table: api.count(table) for table in ENTITIES}),
        ("by DATABASE_URL", door.counts()),
    ):
        there = [f"{table} ({number:,})" for table, number in counts.items() if number]
        if there:
            advice = (
                f"They may be those of a run that was broken off: harness stack clean --run {left.over[-1]}"
                if left.over
                else "Use an empty project, or --stack embedded; --isolated-only runs the cases that touch "
                "only rows of their own, and gives no verdict."
            )
            raise ConfigurationError(
                f"{project.url} is not empty: counted {how}, there are rows in {', '.join(there)}. Nothing "
                f"was written. {advice}"
            )


def require_one_database(api: Api, door: Door, journal: Journal, scope: Scope) -> None:
    """Show that SUPABASE_URL and DATABASE_URL are one project: a row of the one is seen by the other.

    It is a finished job, which no worker takes. Raises ConfigurationError if
    it is not seen, after it was removed by the way that it came.
    """
    id_ = str(uuid4())
    if scope is Scope.OWN and door.present({_PROBED: [id_]}):
        raise StackError(f"{_PROBED} has a row of the id {id_}, which was made up just now.")
    journal.add({_PROBED: [id_]})
    job = {
        "id": id_,
        "job_type": "state_mismatch",
        "entity_type": "booking",
        "entity_id": "parity-harness",
        "detection_reason": "parity harness: is this one database?",
        "status": "completed",
    }
    api.add(_PROBED, job)
    is_seen = bool(door.present({_PROBED: [id_]}))
    api.remove(_PROBED, id_)
    if is_seen and door.present({_PROBED: [id_]}):
        raise StackError(f"the row {id_} of {_PROBED} is still there after it was removed.")
    journal.forget({_PROBED: [id_]})
    if not is_seen:
        raise ConfigurationError(
            "SUPABASE_URL and DATABASE_URL are not one database: a row that was added by the one is not seen "
            "by the other. It was removed again; set both from the same project."
        )
