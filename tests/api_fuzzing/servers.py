"""A server of the reference API that asks for a key, with rows in it that would be recognised."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from harness.stack.coordinates import Coordinates
from tests.api_fuzzing.facts import API_KEY, Facts, seeded
from tests.serving import COMMAND, Server, serving

__all__ = ["fuzzed"]


@contextlib.contextmanager
def fuzzed(
    directory: Path, project: Coordinates | None, *, command: Sequence[str] = COMMAND
) -> Iterator[tuple[Server, Facts]]:
    """Run a server on a project, or in memory mode without one, and make its rows."""
    mode = "memory" if project is None else "supabase"
    environ = {"SCHEDULER_API_KEY": API_KEY, **({} if project is None else project.environ())}
    with serving(mode, directory, environ, command=command) as server:
        server.client.headers["Authorization"] = f"Bearer {API_KEY}"
        yield server, seeded(server.client, {} if project is None else _secrets(project))


def _secrets(project: Coordinates) -> dict[str, str]:
    password = urlsplit(project.database_url).password
    assert password, "the database has no password"
    return {
        project.service_role_key: "the key of the service role",
        project.anon_key: "the anon key",
        password: "the password of the database",
        project.supabase_url: "the URL of the project",
    }
