"""Exceptions to the rules: in a comment at the statement, or beside the files for those that are applied.

A comment ``-- parity:ignore PH040 because …`` counts for the statement that it stands in, or else for the
next one. A file that is applied cannot be changed any more, comments included: its exceptions stand in the
file ``lint.ignore`` of the directory, one a line: ``003_integrity.sql PH040 because …``, with ``#`` for
comments. Each names its rules and gives a reason, and one that ignores nothing is a finding itself.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from migrations.files import Migration
from migrations.linting.catalogue import NOT_IGNORABLE, RULES
from migrations.linting.statement import Hit, Where
from migrations.statements import comments

__all__ = ["IGNORE_FILE", "Ignore", "Ignored", "ignores_beside", "ignores_in", "sift", "squawk_ignores"]

IGNORE_FILE = "lint.ignore"
_MARK = re.compile(r"parity\s*:\s*ignore\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_DIRECTIVE = re.compile(r"(?P<rules>[\w-]+(?:\s*,\s*[\w-]+)*)\s+because\s+(?P<reason>\S.*)", re.DOTALL)
_SQUAWK = re.compile(r"squawk-ignore", re.IGNORECASE)
_SQUAWK_RULE = re.compile(r"[a-z]+(?:-[a-z]+)+")
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Ignore:
    """One exception for one rule."""

    rule: str
    reason: str
    source: Where
    """Where it is written."""
    file: str
    statement: int | None
    """The statement that it is for; None for the whole file."""

    def covers(self, hit: Hit) -> bool:
        """Return whether it is about a finding."""
        if hit.rule != self.rule or hit.rule in NOT_IGNORABLE or hit.where.file != self.file:
            return False
        return self.statement is None or self.statement == hit.where.statement


@dataclass(frozen=True)
class Ignored:
    """A finding, and why it does not count."""

    hit: Hit
    ignore: Ignore


def ignores_in(migration: Migration) -> Iterator[Ignore | Hit]:
    """Return the exceptions that a file contains, and those that cannot be understood."""
    for comment in comments(migration.text):
        match = _MARK.search(comment.text)
        if match is None:
            continue
        statement = _statement_at(migration, comment.line)
        where = Where(migration.file, comment.line, -1 if statement is None else statement)
        rest = match["rest"].removesuffix("*/").strip()
        if statement is None:
            yield Hit(
                rule="PH005", where=where, about=migration.file, what="No statement follows this ignore."
            )
        else:
            yield from _parse(rest, where, migration.file, statement)


def ignores_beside(text: str, files: Iterable[str]) -> Iterator[Ignore | Hit]:
    """Return the exceptions of the ignore file, and those that cannot be understood."""
    known = set(files)
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        where = Where(IGNORE_FILE, number)
        file, _, rest = content.partition(" ")
        if file in known:
            yield from _parse(rest.strip(), where, file, None)
        else:
            yield Hit(rule="PH005", where=where, about=file, what=f"There is no file {file}.")


def sift(
    hits: Sequence[Hit], ignores: Sequence[Ignore]
) -> tuple[tuple[Hit, ...], tuple[Ignored, ...], tuple[Hit, ...]]:
    """Return what remains, what is ignored, and a finding for each ignore that ignores nothing."""
    remaining: list[Hit] = []
    ignored: list[Ignored] = []
    for hit in hits:
        ignore = next((one for one in ignores if one.covers(hit)), None)
        if ignore is None:
            remaining.append(hit)
        else:
            ignored.append(Ignored(hit, ignore))
    used = {id(one.ignore) for one in ignored}
    unused = tuple(map(_unused, (one for one in ignores if id(one) not in used)))
    return tuple(remaining), tuple(ignored), unused


def squawk_ignores(migration: Migration) -> Iterator[Hit]:
    """Return the comments that make squawk silent."""
    for comment in comments(migration.text):
        if _SQUAWK.search(comment.text):
            statement = _statement_at(migration, comment.line)
            yield Hit(
                rule="PH004",
                where=Where(migration.file, comment.line, -1 if statement is None else statement),
                about=migration.file,
                what="This comment makes squawk silent, and gives no reason.",
            )


def _parse(text: str, where: Where, file: str, statement: int | None) -> Iterator[Ignore | Hit]:
    match = _DIRECTIVE.fullmatch(text)
    reason = "" if match is None else match["reason"].strip()
    if match is None or not _WORDS.search(reason):
        yield Hit(
            rule="PH005",
            where=where,
            about=file,
            what=f"The ignore {text!r} gives no reason: after the rules comes the word because, and why.",
        )
        return
    for rule in map(str.strip, match["rules"].split(",")):
        if rule in NOT_IGNORABLE:
            yield Hit(rule="PH005", where=where, about=file, what=f"{rule} cannot be ignored.")
        elif rule in RULES or _SQUAWK_RULE.fullmatch(rule):
            yield Ignore(rule=rule, reason=reason, source=where, file=file, statement=statement)
        else:
            yield Hit(rule="PH005", where=where, about=file, what=f"There is no rule {rule}.")


def _unused(ignore: Ignore) -> Hit:
    of = f" of {ignore.file}" if ignore.statement is None else ""
    return Hit(
        rule="PH006",
        where=ignore.source,
        about=ignore.file,
        what=f"{ignore.rule} finds nothing here{of}: this ignore ignores nothing.",
    )


def _statement_at(migration: Migration, line: int) -> int | None:
    """Return the number of the statement that a line belongs to, or of the one that follows."""
    for number, statement in enumerate(migration.statements):
        if line <= statement.line + statement.text.count("\n"):
            return number
    return None
