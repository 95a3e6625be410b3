"""``harness stack``: one stack of ours that keeps running, for an application to be pointed at.

Exit status: 0; 2 if nothing runs where something must, or the stack cannot be started.
"""

import datetime as dt
import json
import shutil

import click
from filelock import FileLock

from harness.errors import StackError
from harness.settings import Settings, StackKind, export
from harness.stack.account import Account
from harness.stack.databases import probe
from harness.stack.home import Home, explain
from harness.stack.instances import clean as clean_instances
from harness.stack.instances import is_held
from harness.stack.kept import KeptStack, keep
from harness.stack.variables import forget_libpq_variables

__all__ = ["stack"]

_START = "Start one with `harness stack up`."


@click.group()
def stack() -> None:
    """Keep a Supabase-shaped stack running: Postgres, PostgREST and a gateway."""


@stack.command()
@click.option(
    "--stack",
    "kind",
    type=click.Choice(["embedded", "docker"]),
    help="Run the servers as processes or in containers. Default: HARNESS_STACK, else embedded.",
)
def up(*, kind: StackKind | None) -> None:
    """Start a stack that stays, and print its variables; if one runs already, print that one's."""
    if kind is not None:
        export("HARNESS_STACK", kind)
    settings, home = _place()
    kept, is_new = keep(settings, home)
    if kind is not None and kept.kind != kind:
        raise StackError(f"A stack of kind {kept.kind} runs already. Stop it first: `harness stack down`.")
    if is_new:
        click.echo(f"The stack runs at {kept.supabase_url} until `harness stack down`.", err=True)
    else:
        click.echo(f"A stack runs already at {kept.supabase_url}.", err=True)
        _check(kept)
    _print_variables(kept)


@stack.command()
def down() -> None:
    """Stop the stack and drop its data."""
    _, home = _place()
    kept = KeptStack.find(home)
    if kept is None:
        click.echo("Nothing was running.", err=True)
        return
    kept.stop()
    click.echo("The stack has stopped.", err=True)


@stack.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, also if nothing runs.")
def status(*, as_json: bool) -> None:
    """Say what runs. Exit status 0 if it runs and answers, 2 if not."""
    _, home = _place()
    kept = KeptStack.find(home)
    problem = f"No stack runs. {_START}" if kept is None else probe(kept.coordinates)
    described: dict[str, object] = {"running": kept is not None, "problem": problem}
    if kept is not None:
        since = dt.datetime.fromtimestamp(kept.started, dt.UTC).isoformat(timespec="seconds")
        described |= {
            "pid": kept.pid,
            "kind": kept.kind,
            "url": kept.supabase_url,
            "postgres": kept.postgres_version,
            "postgrest": kept.postgrest_version,
            "migrations_hash": kept.migrations_hash,
            "since": since,
            "record": kept.record,
        }
    if as_json:
        click.echo(json.dumps(described))
    else:
        _print_status(described)
    if problem is not None:
        click.get_current_context().exit(2)


@stack.command()
def env() -> None:
    """Print the variables of the running stack for a shell: eval "$(harness stack env)"."""
    _, home = _place()
    kept = KeptStack.find(home)
    if kept is None:
        raise StackError(f"No stack runs. {_START}")
    _check(kept)
    _print_variables(kept)


@stack.command()
@click.option("--run", metavar="ID", help="Remove the rows that this run has left in the project instead.")
def clean(*, run: str | None) -> None:
    """Remove the installed servers and what dead stacks left; running stacks keep theirs.

    With --run: remove from the project of SUPABASE_URL and DATABASE_URL the rows of a run that was killed.
    """
    if run is not None:
        return _clean_run(run)
    _, home = _place()
    removed = clean_instances(home)
    click.echo(f"Removed {removed} dead {'stack' if removed == 1 else 'stacks'}.", err=True)
    _remove_containers()
    if left := [path for path in home.instances.glob("stack-*") if not is_held(path)]:
        raise StackError(
            f"Containers of {left[0].name} may be left, and no Docker engine answers. Start the engine, and "
            "clean again."
        )
    if any(home.instances.glob("stack-*")):
        raise StackError("A stack still runs, so its servers stay. Stop it first: `harness stack down`.")
    try:
        for place in (home.servers, home.seeds):
            if place.is_dir():
                with FileLock(place / ".lock"):
                    for entry in place.iterdir():
                        if entry.is_dir():
                            shutil.rmtree(entry)
    except OSError as cause:
        raise explain(cause, f"{home.path} could not be cleaned") from cause
    click.echo(f"Removed the servers installed in {home.path}.", err=True)
    return None


def _clean_run(run: str) -> None:
    from harness.stack.external.clean import clean_run  # noqa: PLC0415  # its client is for this alone

    # Not _place(): the user's own PG* variables are right for the user's own project.
    settings = Settings.from_environ()
    removed = clean_run(settings, Home.of(settings, Account.current()), run)
    rows = "1 row" if removed == 1 else f"{removed:,} rows"
    click.echo(f"Removed {rows} of run {run}: nothing of it is left.", err=True)


def _place() -> tuple[Settings, Home]:
    forget_libpq_variables()
    settings = Settings.from_environ()
    return settings, Home.of(settings, Account.current())


def _remove_containers() -> None:
    """Remove what is labelled as a dead stack's, though its directory is gone; without an engine, nothing."""
    from harness.stack.docker.engine import Engine  # noqa: PLC0415  # no other command needs it
    from harness.stack.docker.sweep import stacks_of_this_machine, sweep  # noqa: PLC0415  # as above

    try:
        engine = Engine.connect()
    except StackError:
        return
    removed = sum(sweep(engine, path) for path in stacks_of_this_machine(engine) if not is_held(path))
    if removed:
        click.echo(f"Removed {removed} {'container' if removed == 1 else 'containers'}.", err=True)


def _check(kept: KeptStack) -> None:
    problem = probe(kept.coordinates)
    if problem is not None:
        raise StackError(f"{problem} Replace the stack: `harness stack down`, then `harness stack up`.")


def _print_variables(kept: KeptStack) -> None:
    for name, value in kept.coordinates.environ().items():
        quoted = value.replace("'", "'\\''")
        click.echo(f"export {name}='{quoted}'")


def _print_status(described: dict[str, object]) -> None:
    problem = described.pop("problem")
    if described.pop("running"):
        for name, value in described.items():
            click.echo(f"{name:16}{value}")
    if problem is not None:
        click.echo(str(problem), err=True)
