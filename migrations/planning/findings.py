"""What a plan finds, row by row, without keeping it all in memory."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Literal

from harness.reports.files import explain
from migrations.planning.judgement import Note
from migrations.sources.segment import Refused

__all__ = ["Effect", "Findings", "Group", "PlanFinding", "collected"]

Effect = Literal["lost", "changed", "javascript", "normalised"]
"""``lost``: Postgres refuses the row; ``changed``: it would take another one. A copy quarantines both.
``javascript``: a client with doubles would change the row; ``normalised``: sent in its usual spelling."""

_EXAMPLES = 10
_EFFECTS: dict[str, Effect] = {"javascript_number": "javascript", "normalised": "normalised"}


@dataclass(frozen=True, kw_only=True)
class PlanFinding:
    """What the plan found out about one row."""

    table: str
    position: int
    """The place of the row among the table's rows in the source, 0-based."""
    key: str | None
    column: str | None
    rule: str
    sqlstate: str | None
    effect: Effect
    message: str


@dataclass(kw_only=True)
class Group:
    """Findings of one kind: how many, and the first of them."""

    table: str
    column: str | None
    rule: str
    sqlstate: str | None
    effect: Effect
    rows: int = 0
    examples: list[PlanFinding] = field(default_factory=list)


class Findings:
    """Counts findings by kind, and writes each of them as a line of JSON, if there is a file."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file
        self._groups: dict[tuple[str | None, ...], Group] = {}

    @property
    def groups(self) -> tuple[Group, ...]:
        """All kinds, by table in the order in which they were found."""
        return tuple(self._groups.values())

    def refuse(self, row: Refused) -> None:
        """Record a row that is not moved."""
        self.add(
            PlanFinding(
                table=row.table,
                position=row.position,
                key=row.key,
                column=row.column,
                rule=row.rule,
                sqlstate=row.sqlstate,
                effect="changed" if row.sqlstate is None else "lost",
                message=row.reason,
            )
        )

    def note(self, note: Note) -> None:
        """Record what is to be known about a row that is moved."""
        self.add(
            PlanFinding(
                table=note.table,
                position=note.position,
                key=note.key,
                column=note.column,
                rule=note.rule,
                sqlstate=None,
                effect=_EFFECTS[note.rule],
                message=note.reason,
            )
        )

    def add(self, finding: PlanFinding) -> None:
        """Record one finding."""
        kind = (finding.table, finding.column, finding.rule, finding.sqlstate, finding.effect)
        group = self._groups.get(kind)
        if group is None:
            group = self._groups[kind] = Group(
                table=finding.table,
                column=finding.column,
                rule=finding.rule,
                sqlstate=finding.sqlstate,
                effect=finding.effect,
            )
        group.rows += 1
        if len(group.examples) < _EXAMPLES:
            group.examples.append(finding)
        if self._file is not None:
            self._file.write(json.dumps(asdict(finding), ensure_ascii=False) + "\n")


@contextmanager
def collected(path: Path | None) -> Iterator[Findings]:
    """Collect findings, and write each of them to a file of JSON lines if there is a path."""
    if path is None:
        yield Findings(None)
        return
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
            yield Findings(file)
    except OSError as error:
        raise explain(path, error) from error
