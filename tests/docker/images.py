"""Images for machines that can pull none: the packaged servers, with as little around them as they need.

They are started as the official ones are: Postgres' entry point reads the same variables, PostgREST is the
image's command, and Python is only Python.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.docker.engine import Engine
from harness.stack.install import Servers, install
from tests.docker.root_files import RootFiles, base_python

__all__ = ["REPOSITORY", "build", "remove"]

REPOSITORY = "parity-test"
_POSTGRES_UID = 70
_ENTRY_POINT = """#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    printf %s "$POSTGRES_PASSWORD" > /tmp/password
    initdb --pgdata "$PGDATA" --username "$POSTGRES_USER" --pwfile /tmp/password --auth scram-sha-256 \\
        --no-sync $POSTGRES_INITDB_ARGS
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "unix_socket_directories = ''" >> "$PGDATA/postgresql.conf"
fi
exec "$@"
"""


def build(engine: Engine, tag: str) -> Mapping[str, str]:
    """Import one image for each server; returns the variables that name them."""
    servers = install(Settings.from_environ(), Account.current())
    return {
        "HARNESS_DOCKER_POSTGRES": _imported(
            engine,
            f"{REPOSITORY}-postgres:{tag}",
            _postgres(servers),
            'ENTRYPOINT ["/entry-point.sh"]',
            'CMD ["postgres"]',
            "ENV PATH=/opt/postgres/bin:/bin PGDATA=/data LC_ALL=C TZ=UTC",
            f"USER {_POSTGRES_UID}",
        ),
        "HARNESS_DOCKER_POSTGREST": _imported(
            engine, f"{REPOSITORY}-postgrest:{tag}", _postgrest(servers), 'CMD ["postgrest"]'
        ),
        "HARNESS_DOCKER_PYTHON": _imported(
            engine, f"{REPOSITORY}-python:{tag}", _python(), 'CMD ["python3"]'
        ),
    }


def _postgres(servers: Servers) -> RootFiles:
    files = RootFiles()
    files.text("/etc/passwd", f"postgres:x:{_POSTGRES_UID}:{_POSTGRES_UID}::/data:/bin/sh\n")
    files.text("/etc/group", f"postgres:x:{_POSTGRES_UID}:\n")
    files.text("/entry-point.sh", _ENTRY_POINT, mode=0o755)
    files.directory("/data", mode=0o700, owner=_POSTGRES_UID)
    files.program(_on_path("sh"), "/bin/sh")
    files.tree(servers.postgres, "/opt/postgres")
    return files


def _postgrest(servers: Servers) -> RootFiles:
    files = RootFiles()
    files.program(servers.postgrest, "/bin/postgrest")
    return files


def _python() -> RootFiles:
    executable, library = base_python()
    files = RootFiles()
    files.program(executable)
    files.tree(library)
    files.link("/usr/local/bin/python3", str(executable))
    return files


def _imported(engine: Engine, name: str, files: RootFiles, *changes: str) -> str:
    repository, _, tag = name.partition(":")
    data = files.content()
    engine.client.api.import_image_from_data(data, repository=repository, tag=tag, changes=list(changes))
    return name


def _on_path(name: str) -> Path:
    found = shutil.which(name)
    assert found is not None, f"{name} is not on PATH"
    return Path(found).resolve()


def remove(engine: Engine, images: Sequence[str]) -> None:
    """Remove what `build` made."""
    for image in images:
        engine.client.images.remove(image, force=True)
