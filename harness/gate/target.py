"""Whether the evidence of a report holds for the project that the environment names: same major versions."""

from collections.abc import Mapping
from contextlib import closing

from harness.errors import ConfigurationError
from harness.settings import Settings
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.project import Project

__all__ = ["SERVERS", "refuse_other_majors", "require_same_servers"]

SERVERS = {"postgres": "Postgres", "postgrest": "PostgREST"}
"""The servers whose behaviour the evidence is about, and how people call them."""
_UNKNOWN = "unknown"


def require_same_servers(evidence: Mapping[str, str], settings: Settings) -> None:
    """Refuse a report that was made on other majors of Postgres or PostgREST than the given project runs.

    Without a given project (``--stack external``) there is nothing to compare
    with. Nothing is written or read there but versions. Raises HarnessError.
    """
    if settings.stack != "external":
        return
    project = Project.of(settings)
    found = {}
    with Api(project) as api:
        api.require_keys()
        described = api.described()
        if described is not None:
            found["postgrest"] = described.version
    if project.database_url is not None:
        with closing(Door(project.database_url)) as door:
            found["postgres"] = door.version()
    refuse_other_majors(evidence, found, project.url)


def refuse_other_majors(evidence: Mapping[str, str], target: Mapping[str, str], url: str) -> None:
    """Compare the versions in a report with those of the project at `url`; absence is no agreement.

    Raises ConfigurationError, which says how to get evidence that counts.
    """
    for server, called in SERVERS.items():
        there, ours = target.get(server, _UNKNOWN), evidence.get(server, _UNKNOWN)
        if there == _UNKNOWN:
            way = (
                "set DATABASE_URL to its database"
                if server == "postgres"
                else "let it describe itself (OpenAPI)"
            )
            raise ConfigurationError(
                f"Which {called} {url} runs cannot be told: {way}, or judge the report alone with "
                "HARNESS_STACK=embedded."
            )
        if ours == _UNKNOWN:
            raise ConfigurationError(
                f"The report does not say on which {called} it was made, and {url} runs {called} {there}. "
                "Run the gate again."
            )
        if _major(ours) != _major(there):
            raise ConfigurationError(
                f"The report was made on {called} {ours}, and {url} runs {called} {there}: what was seen on "
                f"one major says nothing about another. Run the gate on {called} {_major(there)}."
            )


def _major(version: str) -> str:
    return version.partition(".")[0]
