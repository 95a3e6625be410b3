"""What a copy says at its end: one finding per table and reason, the sums, and the verdict."""

from collections.abc import Iterator, Mapping

from harness.models.outcome import Counts, Finding
from migrations.loading.result import CopyResult
from migrations.wording import counted

__all__ = ["counts_of", "findings_of", "notes_of", "verdict_of"]


def counts_of(result: CopyResult) -> Mapping[str, Counts]:
    """The rows of each table that has any, as cases: a row passes if it is in the target."""
    return {
        table: Counts(
            expected=account.read,
            executed=account.read,
            passed=account.inserted + account.identical,
            failed=account.quarantined,
        )
        for table, account in result.tables.items()
        if account.read
    }


def findings_of(result: CopyResult) -> tuple[Finding, ...]:
    """One finding for each table and reason: single rows are in the quarantine file."""
    return tuple(
        Finding(
            id=f"copy.{rule.table}.{rule.rule}",
            level="core",
            where=f"{rule.table}, row {rule.first_position} of the source",
            expected="in the target",
            actual=counted(rule.rows) + " in quarantine",
            message=(
                f"{counted(rule.rows, 'row')} of {rule.table} refused by {rule.rule} "
                f"({rule.sqlstate or 'before it was sent'}), the first is row {rule.first_position} "
                "of the source"
            ),
        )
        for rule in result.rules
    )


def notes_of(result: CopyResult) -> Iterator[str]:
    """A line for each table, and where things are."""
    width = max(map(len, result.tables))
    for table, account in result.tables.items():
        yield (
            f"{table:{width}}  {account.read:>10,} read  {account.inserted:>10,} inserted  "
            f"{account.identical:>10,} identical  {account.quarantined:>10,} quarantined"
        )
    if not result.plan.dry_run:  # Nothing of a rehearsal can be looked up or taken back by its id.
        yield f"Run {result.run_id}" + (" (resumed)." if result.resumed else ".")
    if result.facts.ledger is not None:
        yield f"Its journal, by which it is taken back: {result.facts.ledger}"
    if result.quarantine is not None:
        yield f"The rows in quarantine, with reasons: {result.quarantine}"


def verdict_of(result: CopyResult) -> str:
    """The last line."""
    rows = counted(result.read)
    if result.plan.dry_run:
        return (
            f"{_word(result)}: dry run, rolled back: of {rows}, {result.inserted:,} would be inserted, "
            f"{result.identical:,} are there already, {result.quarantined:,} would be in quarantine."
        )
    return (
        f"{_word(result)}: {rows} read, {result.inserted:,} inserted, {result.identical:,} were there "
        f"already, {result.quarantined:,} in quarantine."
    )


def _word(result: CopyResult) -> str:
    return "FAILED" if result.quarantined else "OK"
