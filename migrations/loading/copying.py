"""The copy as a function: a source, a target and a plan in, a result out."""

import sys
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from harness.errors import HarnessError, StackError
from migrations.loading.coordinator import Coordinator
from migrations.loading.pace import Pace
from migrations.loading.plan import LoadPlan
from migrations.loading.progress import Progress
from migrations.loading.quarantine_file import write_quarantine
from migrations.loading.result import CopyResult
from migrations.loading.target import Target
from migrations.sources.location import Location
from migrations.sources.source import Inventory, Source

__all__ = ["copy_rows"]

_AGAIN = "Run the same command again: it goes on where this one stopped."


def copy_rows(
    source: Source,
    inventory: Inventory,
    target: Target,
    at: Location,
    plan: LoadPlan,
    *,
    executor: Executor,
    window: int,
    quarantine: Callable[[str], Path],
    rows_per_s: float | None = None,
    progress: Progress | None = None,
) -> CopyResult:
    """Move every row of a source, or account for why it is not moved.

    `executor` runs the segments, at most `window` of them at a time;
    `quarantine` names the file for the refused rows of a run id.

    Raises HarnessError if nothing could be written, or if the run was
    interrupted: what is committed stays, and the same call goes on with it.
    """
    started_at = datetime.now(UTC)
    shown = progress or Progress(rows=sum(inventory.counts.values()), stream=sys.stderr)
    try:
        with target.open(plan, source, inventory) as loading:
            if loading.resumed:
                shown.say(f"Run {loading.run_id} goes on where it was interrupted.")
            tables = Coordinator(
                source=source,
                inventory=inventory,
                loading=loading,
                executor=executor,
                rows_per_segment=plan.rows_per_segment,
                window=window,
                pace=Pace(rows_per_s),
                progress=shown,
            ).run()
            rules = loading.rules()
            path = quarantine(loading.run_id) if rules else None
            if path is not None:
                write_quarantine(loading, path)
            # Last of all: a run that is finished has its file.
            loading.finish()
            shown.end()
            return CopyResult(
                run_id=loading.run_id,
                resumed=loading.resumed,
                started_at=started_at,
                ended_at=datetime.now(UTC),
                plan=plan,
                source=source.location,
                inventory=inventory,
                target=at,
                facts=loading.facts,
                tables=tables,
                rules=rules,
                quarantine=path,
            )
    except KeyboardInterrupt as cause:
        raise HarnessError(f"Interrupted after {_so_far(shown, plan)}") from cause
    except psycopg.Error as cause:
        raise HarnessError(f"{_reason(cause)} It happened after {_so_far(shown, plan)}") from cause
    except StackError as cause:
        if shown.committed == 0:
            raise
        raise StackError(f"{cause} It happened after {_so_far(shown, plan)}") from cause
    finally:
        shown.leave()


def _so_far(progress: Progress, plan: LoadPlan) -> str:
    counted = f"{progress.committed:,} of {progress.rows:,} rows"
    if plan.dry_run:
        return f"{counted}; it was a rehearsal, and nothing of it remains."
    return f"{counted}, which are committed. {_AGAIN}"


def _reason(error: psycopg.Error) -> str:
    if error.sqlstate is None:
        return "The connection to the target was lost."
    if error.sqlstate.startswith("53"):
        advice = " Make room on the server."
    elif error.sqlstate.startswith("57P"):
        advice = " The server was shut down, or an administrator ended the session."
    elif error.sqlstate == "55P03":
        advice = " Somebody holds a lock on the tables; pg_stat_activity and pg_locks say who."
    else:
        advice = ""
    # The primary message only: details of a violation print rows.
    return f"{error.diag.message_primary or type(error).__name__} (SQLSTATE {error.sqlstate}).{advice}"
