"""``harness migrate verify``: checks a receipt against what is there now.

Exit status: 0 everything is as the receipt says; 1 something changed since; 2 could not check.
"""

from pathlib import Path

import click

from harness.errors import ConfigurationError
from migrations import options
from migrations.files import read_directory
from migrations.provenance import proven_hash
from migrations.receipts.document import read_receipt
from migrations.receipts.verifying import verified
from migrations.run import Run
from migrations.sources.location import DatabaseAt, locate, target_of
from migrations.wording import counted

__all__ = ["verify"]


@click.command()
@click.argument("receipt", type=click.Path(path_type=Path))
@click.option("--target", metavar="TARGET", help="Where the copy wrote to. Default: DATABASE_URL.")
@options.sql
@options.json_path
def verify(*, receipt: Path, target: str | None, sql: Path | None, json_path: str | None) -> int:
    """Check every count, fingerprint and file that a RECEIPT names; nothing is written."""
    run = Run.begin("migrate verify", sql, None, None, json_path)
    written = read_receipt(receipt)
    location = target_of(run.settings) if target is None else locate(target, run.settings)
    if not isinstance(location, DatabaseAt):
        raise ConfigurationError(
            f"{location} is no database: a receipt is checked by the server that has the rows. "
            "Set DATABASE_URL, or give --target postgresql://…"
        )
    migrations_hash = proven_hash(location.dsn, read_directory(run.directory))
    found = verified(location.dsn, written, migrations_hash=migrations_hash)
    rows = sum(table.rows for table in written.tables.values())
    return run.end(
        found.counts,
        found.findings,
        f"OK: all as after run {written.run_id} ({counted(rows)}).",
        migrations_hash=migrations_hash,
        target={"postgres": found.postgres},
    )
