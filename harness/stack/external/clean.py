"""``harness stack clean --run``: removes from a project what a killed run has left there."""

from contextlib import closing

from harness.errors import ConfigurationError
from harness.settings import Settings
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.journal import Journal, place_of, read
from harness.stack.external.project import Project
from harness.stack.external.removal import finish
from harness.stack.home import Home

__all__ = ["clean_run"]


def clean_run(settings: Settings, home: Home, run: str) -> int:
    """Remove the rows that the journal of a run names, and the journal; returns how many were there.

    Raises HarnessError if there is no such journal, if the run goes on, or if
    the project that the environment names is not the one of the run.
    """
    path = place_of(home.path, run)
    if not path.exists():
        others = sorted(one.stem for one in path.parent.glob("*.jsonl"))
        known = (
            f"There are: {', '.join(others)}." if others else "No run has left anything, as far as it says."
        )
        raise ConfigurationError(f"{path} does not exist: run {run} left nothing behind. {known}")
    noted = read(path)
    project = Project.of(settings)
    if project.url != noted.url:
        raise ConfigurationError(
            f"Run {run} was in {noted.url}, and SUPABASE_URL is {project.url}. Set the variables of that "
            "project."
        )
    if project.database_url is None:
        raise ConfigurationError("DATABASE_URL is not set; the rows are removed by it.")
    with Api(project) as api, closing(Door(project.database_url)) as door:
        api.require_keys()
        journal = Journal.take_over(path)
        try:
            removed = finish(api, door, journal)
        finally:
            journal.close()
    path.unlink()
    return removed
