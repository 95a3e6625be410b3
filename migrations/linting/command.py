"""``harness schema lint``: says what a migration would break before anybody applies it.

It reads files only: no database is asked. Exit status: 0 nothing found; 1 findings; 2 could not examine.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.models.outcome import Counts, Finding
from harness.models.verdict import UNCHECKED_LEVEL
from migrations import options
from migrations.files import Migration, hash_of
from migrations.linting.catalogue import RULES
from migrations.linting.directory import Directory, read_for_lint
from migrations.linting.ignores import Ignored
from migrations.linting.lint import Result
from migrations.linting.lint import lint as judge
from migrations.linting.squawk import find_squawk, run_squawk
from migrations.linting.statement import Hit
from migrations.run import Run
from migrations.wording import counted

__all__ = ["lint"]

_PREFIX = "lint."


@click.command()
@options.json_path
@options.sql
@click.option(
    "--after",
    metavar="VERSION",
    help="Judge the files after this version only: those up to it are applied, and cannot be changed.",
)
@click.option("--rules", "lists", is_flag=True, help="Print the rules with their reasons, and end.")
def lint(*, sql: Path | None, json_path: str | None, after: str | None, lists: bool) -> int:
    """Look for what locks, loses rows or opens them to outsiders, in the files of migrations.

    An exception is a comment at the statement, -- parity:ignore RULE because REASON, or for a file that is
    applied already a line in the directory's lint.ignore: FILE RULE because REASON.
    """
    if lists:
        for rule in RULES.values():
            click.echo(f"{rule.id}  {rule.title}\n       {rule.reason}\n       {rule.fix}")
        return 0
    run = Run.begin("schema lint", sql, None, None, json_path)
    directory = read_for_lint(run.directory)
    last = None if after is None else _version(after, directory.migrations)
    program = find_squawk()
    result = judge(directory, run_squawk(program, directory.migrations), after=last)
    examined = f"{counted(result.statements, 'statement')} of {_files(directory, last)}"
    is_whole = len(directory.migrations) == len(directory.files)
    return run.end(
        _counts(directory, result),
        tuple(map(_finding, result.hits)),
        f"OK: nothing to object to in {examined}.",
        migrations_hash=hash_of(directory.migrations) if is_whole else None,
        notes=(*result.notes, *_said(result.ignored)),
    )


def _version(after: str, migrations: Sequence[Migration]) -> int:
    if not any(migration.version == after for migration in migrations):
        known = ", ".join(migration.version for migration in migrations)
        raise ConfigurationError(f"--after {after}: there is no such version; there are {known}.")
    if int(after) == max(int(migration.version) for migration in migrations):
        raise ConfigurationError(f"--after {after}: no file comes after it, so nothing would be judged.")
    return int(after)


def _files(directory: Directory, after: int | None) -> str:
    judged = [one for one in directory.migrations if after is None or int(one.version) > after]
    return counted(len(judged), "file")


def _counts(directory: Directory, result: Result) -> dict[str, Counts]:
    """Count statements and files: a finding about a file as a whole has no statement."""
    unread = len(directory.files) - len(directory.migrations)
    total = result.statements + unread
    places = {(hit.where.file, hit.where.statement, hit.is_unchecked) for hit in result.hits}
    kinds = Counter(is_unchecked for *_, is_unchecked in places)
    unchecked = min(kinds[True], total)
    failed = min(kinds[False], total - unchecked)
    return {
        "statements": Counts(
            expected=total,
            executed=total - unchecked,
            passed=total - unchecked - failed,
            failed=failed,
            unchecked=unchecked,
        )
    }


def _finding(hit: Hit) -> Finding:
    rule = RULES.get(hit.rule)
    reason = hit.reason or (rule.reason if rule is not None else "")
    fix = hit.fix or (rule.fix if rule is not None else "")
    return Finding(
        id=f"{_PREFIX}{hit.rule}.{hit.about}",
        level=UNCHECKED_LEVEL if hit.is_unchecked else "core",
        where=str(hit.where),
        expected=fix,
        actual=hit.what,
        message=f"{hit.where}: {hit.what} {reason} {fix}",
    )


def _said(ignored: Sequence[Ignored]) -> tuple[str, ...]:
    """Say each exception once, whatever number of findings it is for."""
    times = Counter(one.ignore for one in ignored)
    first = {one.ignore: one.hit for one in reversed(ignored)}
    return tuple(
        f"Ignored: {ignore.rule} at {first[ignore].where} ({first[ignore].about})"
        f"{f' and {count - 1} more' if count > 1 else ''}, because {ignore.reason}."
        for ignore, count in times.items()
    )
