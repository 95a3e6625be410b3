"""``harness load check``: are the answers right? Each endpoint alone and in its journeys, in both modes.

Exit status: 0 all are right, and the same in both modes; 1 some are not; 2 could not check.
"""

import json
import secrets as random
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Outcome, Status
from harness.redact import redact, redact_json
from harness.reports.files import make_directory, remove, reserve, write_json, write_text
from harness.settings import DbMode, Settings, secrets
from harness.settings.parity_toml import load
from loadtests.runs.limits import Host
from loadtests.scenarios.checking import Checked, check_modes, check_server
from loadtests.scenarios.table import render

__all__ = ["STEP", "check"]

STEP = "load check"
_BOTH: tuple[DbMode, ...] = ("memory", "supabase")


@click.command()
@click.option("--host", metavar="URL", help="Check this server, which runs, instead of starting some.")
@click.option("--db-mode", type=click.Choice(_BOTH), help="Start one mode only. Default: both.")
@click.option(
    "--allow-writes",
    is_flag=True,
    help="With --host: create rows on another machine, too, and remove them. Default: only read there.",
)
@click.option(
    "--own-data",
    is_flag=True,
    help="With --host: nobody else uses the database, so jobs may be claimed and counts be exact.",
)
@click.option("--config", type=click.Path(path_type=Path), help="Use this file instead of ./parity.toml.")
@click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Write outcome and table there."
)
@click.option("--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout.")
def check(
    *,
    host: str | None,
    db_mode: DbMode | None,
    allow_writes: bool,
    own_data: bool,
    config: Path | None,
    report: Path | None,
    json_path: str | None,
) -> int:
    """Say whether every endpoint answers rightly, in both modes alike: 0 yes, 1 no, 2 could not check."""
    started_at, begun = datetime.now(UTC), time.monotonic()
    _clear(json_path, report)
    if host is not None and db_mode is not None:
        raise ConfigurationError(
            "--host names a server that runs, and says its mode itself: leave --db-mode out."
        )
    if host is None and (allow_writes or own_data):
        raise ConfigurationError("--allow-writes and --own-data are about a server that runs: add --host.")
    settings = Settings.from_environ()
    parity_toml = load(config)
    if host is not None:
        where = Host.parse(host)
        may_write = where.is_loopback or allow_writes
        checked = check_server(
            parity_toml, settings, where, profile="write" if may_write else "read-only", owns_data=own_data
        )
    else:
        modes = _BOTH if db_mode is None else (db_mode,)
        checked = check_modes(parity_toml, settings, modes, lambda text: click.echo(text, err=True))
    outcome = Outcome(
        run_id=settings.run_id or f"{started_at:%Y%m%dT%H%M%S}-{random.token_hex(4)}",
        step=STEP,
        status=Status.FAILED if checked.findings else Status.PASSED,
        started_at=started_at,
        duration_s=time.monotonic() - begun,
        subject=checked.subject,
        counts=checked.counts,
        findings=checked.findings,
    )
    _publish(checked, outcome, json_path, report)
    return outcome.exit_status


def _clear(json_path: str | None, report: Path | None) -> None:
    """Remove what an earlier run wrote, before anything can fail: an old pass must not survive."""
    if json_path not in {None, "-"}:
        remove(Path(str(json_path)))
        reserve(Path(str(json_path)))
    if report is not None:
        make_directory(report)
        remove(report / "outcome.json")
        remove(report / "summary.txt")


def _publish(checked: Checked, outcome: Outcome, json_path: str | None, report: Path | None) -> None:
    text = redact(render(checked), secrets())
    document = redact_json(outcome.to_json(), secrets())
    if report is not None:
        write_text(report / "summary.txt", text + "\n")
        write_json(report / "outcome.json", document)
    if json_path == "-":
        click.echo(text, err=True)
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    if json_path is not None:
        write_json(Path(json_path), document)
    click.echo(text)
