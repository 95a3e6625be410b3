"""The receipt of a copy that has just ended."""

from pathlib import Path

from migrations.files import read_directory
from migrations.loading.result import CopyResult
from migrations.provenance import proven_hash
from migrations.receipts.document import Receipt
from migrations.receipts.taking import take_receipt
from migrations.sources.location import DatabaseAt

__all__ = ["receipt_of"]


def receipt_of(
    result: CopyResult,
    *,
    stack: str,
    migrations: Path,
    application: Path,
    proofs: dict[str, Path] | None = None,
) -> Receipt | None:
    """Take the receipt of a run; None where there is none: of a dry run, and of a target without SQL.

    `migrations` are the files that the target was made from, `application` is
    the directory of the user's application, `proofs` are further files to
    refer to, by role.
    """
    if result.plan.dry_run or not isinstance(result.target, DatabaseAt):
        return None
    files = dict(proofs or {})
    if result.quarantine is not None:
        files["quarantine"] = result.quarantine
    return take_receipt(
        result.target,
        result.run_id,
        source=result.source,
        source_files=result.inventory.files,
        files=files,
        stack=stack,
        migrations_hash=proven_hash(result.target.dsn, read_directory(migrations)),
        application=application,
    )
