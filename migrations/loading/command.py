"""``harness migrate copy``: moves the rows of a source into a target.

Exit status: 0 every row is in the target; 1 rows are in quarantine; 2 could not copy, or not to the end.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from harness.models.outcome import Artifact
from harness.reports.files import make_directory, reserve, sha256_of
from harness.settings import StackKind
from migrations import options
from migrations.loading.copying import copy_rows
from migrations.loading.plan import LoadPlan
from migrations.loading.report import counts_of, findings_of, notes_of, verdict_of
from migrations.loading.result import CopyResult
from migrations.loading.targets import target_at
from migrations.receipts.of_copy import receipt_of
from migrations.receipts.taking import write_receipt
from migrations.run import Run
from migrations.sources.location import locate, target_of
from migrations.sources.opening import opened
from migrations.sources.source import SEGMENT_ROWS
from migrations.sources.two_places import require_two_places

__all__ = ["copy"]

WORKERS = 4
"""Segments at a time: while the server writes some, the next are read, and who waits for its turn to commit
keeps nobody else waiting."""


def _options(command: Callable[..., int]) -> Callable[..., int]:
    for option in (
        options.json_path,
        options.stack("the target"),
        options.report("the receipt and the refused rows", "the working directory"),
        click.option(
            "--quarantine",
            type=click.Path(path_type=Path, dir_okay=False),
            help="The file for refused rows. Default: quarantine-RUN.jsonl in the directory of --report.",
        ),
        click.option(
            "--receipt",
            type=click.Path(path_type=Path, dir_okay=False),
            help="The file for the receipt. Default: receipt-RUN.json in the directory of --report.",
        ),
        click.option(
            "--allow-triggers",
            is_flag=True,
            help="Copy although an insert fires triggers; they may change or add rows.",
        ),
        options.allow_uncounted,
        options.allow_empty,
        click.option(
            "--rate",
            type=click.FloatRange(min=0, min_open=True),
            metavar="ROWS",
            help="At most so many rows per second.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(min=1, max=64),
            default=WORKERS,
            show_default=True,
            help="Segments at a time, each on a session of its own.",
        ),
        click.option(
            "--rows-per-segment",
            type=click.IntRange(min=1, max=1_000_000),
            default=SEGMENT_ROWS,
            show_default=True,
            help="Rows that are committed together.",
        ),
        click.option("--dry-run", is_flag=True, help="Load everything in one transaction, and roll it back."),
        click.option(
            "--target",
            metavar="TARGET",
            help="Where to write to. Default: DATABASE_URL, else SUPABASE_URL by REST.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("source")
@_options
def copy(
    *,
    source: str,
    target: str | None,
    dry_run: bool,
    rows_per_segment: int,
    workers: int,
    rate: float | None,
    allow_empty: bool,
    allow_uncounted: bool,
    allow_triggers: bool,
    quarantine: Path | None,
    receipt: Path | None,
    report: Path | None,
    stack: StackKind | None,
    json_path: str | None,
) -> int:
    """Move the rows of SOURCE, each into its table or into quarantine.

    Ids and times are kept. Rows that are there already, equal in all columns, are left alone. After an
    interruption the same command goes on where it stopped; after the end, it changes nothing.
    """
    run = Run.begin("migrate copy", None, None, stack, json_path)
    from_where = locate(source, run.settings)
    to_where = locate(target, run.settings) if target is not None else target_of(run.settings)
    require_two_places(from_where, to_where)
    directory = _directory(report)
    for file in (quarantine, receipt):
        if file is not None:
            reserve(file)
    plan = LoadPlan(rows_per_segment=rows_per_segment, dry_run=dry_run, allow_triggers=allow_triggers)
    with (
        opened(from_where, allow_uncounted=allow_uncounted) as rows,
        ThreadPoolExecutor(workers, thread_name_prefix="segment") as executor,
    ):
        result = copy_rows(
            rows,
            rows.inspect(allow_empty=allow_empty),
            target_at(to_where, directory),
            to_where,
            plan,
            executor=executor,
            window=workers + 1,
            quarantine=lambda run_id: quarantine or directory / f"quarantine-{run_id}.jsonl",
            rows_per_s=rate,
        )
    receipt = receipt or directory / f"receipt-{result.run_id}.json"
    taken = receipt_of(result, stack=run.settings.stack, migrations=run.directory, application=Path.cwd())
    if taken is not None:
        write_receipt(receipt, taken)
    return _end(run, result, receipt if taken is not None else None)


def _end(run: Run, result: CopyResult, receipt: Path | None) -> int:
    written = [path for path in (result.quarantine, receipt) if path is not None]
    return run.end(
        counts_of(result),
        findings_of(result),
        verdict_of(result),
        migrations_hash=None,
        target={result.facts.kind: result.facts.version},
        notes=(*notes_of(result), *((f"The receipt: {receipt}",) if receipt is not None else ())),
        bad=verdict_of(result),
        artifacts=tuple(Artifact(path=str(path), sha256=sha256_of(path)) for path in written),
    )


def _directory(report: Path | None) -> Path:
    """The place of what is written down; found out to be one before a row is."""
    directory = report or Path.cwd()
    make_directory(directory)
    return directory
