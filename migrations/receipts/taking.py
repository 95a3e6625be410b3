"""Takes the receipt of a run when it has ended."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from harness.models import ENTITIES
from harness.reports.files import sha256_of, write_json
from harness.revision import WorkCopy
from harness.version import version
from migrations.connection import server_version
from migrations.loading.session import open_connection
from migrations.receipts.document import FileOf, Receipt, TableOf
from migrations.receipts.state import accounts, identity, run_of, state
from migrations.sources.location import DatabaseAt, Location, SnapshotAt

__all__ = ["take_receipt", "write_receipt"]


def take_receipt(
    target: DatabaseAt,
    run_id: str,
    *,
    source: Location,
    source_files: Mapping[str, str],
    files: Mapping[str, Path],
    stack: str,
    migrations_hash: str | None,
    application: Path,
) -> Receipt:
    """Read what the database says about a run and its tables, all at one moment.

    `source_files` are the hashes of the files that were read, `files` those that the run wrote, by role;
    `application` is the directory of the user's application. Raises ConfigurationError and StackError.
    """
    with open_connection(target.dsn, "parity migrate receipt") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction():
            run = run_of(connection, run_id)
            here = identity(connection)
            moved = accounts(connection, run_id)
            after = {table: state(connection, table) for table in ENTITIES}
        postgres = server_version(connection)
        database = connection.info.dbname
    return Receipt(
        run_id=run.run_id,
        started_at=run.started_at.isoformat(),
        ended_at=run.ended_at.isoformat() if run.ended_at is not None else "",
        source={
            "kind": "snapshot" if isinstance(source, SnapshotAt) else "database",
            "location": str(source),
            "fingerprint": run.source_fingerprint,
        },
        target={
            "stack": stack,
            "location": _without_password(target),
            "postgres": postgres,
            "system_identifier": here.system_identifier or "",
            "database": database,
            "oid": str(here.database_oid),
        },
        plan_fingerprint=run.plan_fingerprint,
        schema_fingerprint=run.schema_fingerprint,
        migrations_hash=migrations_hash,
        application=_application(application),
        versions={
            "harness": version(),
            "python": platform.python_version(),
            "psycopg": version_of("psycopg"),
            "polars": version_of("polars"),
            "postgres": postgres,
        },
        tables={
            table: TableOf(
                read=moved[table].read,
                inserted=moved[table].inserted,
                identical=moved[table].identical,
                quarantined=moved[table].quarantined,
                rows=after[table].rows,
                ids=after[table].ids,
                fingerprint=after[table].fingerprint,
            )
            for table in ENTITIES
        },
        files=(
            *(FileOf(role="source", path=path, sha256=sha256) for path, sha256 in source_files.items()),
            *(
                FileOf(role=role, path=str(path.absolute()), sha256=sha256_of(path))
                for role, path in files.items()
            ),
        ),
    )


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Write it as JSON, whole or not at all. Raises ConfigurationError."""
    write_json(path, receipt.to_json())


def _without_password(target: DatabaseAt) -> str:
    parts: Sequence[str] = ("user", "host", "port", "dbname")
    options = conninfo_to_dict(target.dsn)
    return " ".join(f"{name}={options[name]}" for name in parts if options.get(name))


def _application(directory: Path) -> Mapping[str, Any]:
    return WorkCopy(directory.absolute().name, directory).look().to_json()
