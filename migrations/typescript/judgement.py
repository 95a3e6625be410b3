"""Holds a types file against a database and the models, as a part of ``harness schema check``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.models.outcome import Counts, Finding
from migrations.typescript.comparison import compare
from migrations.typescript.errors import TypesFileError
from migrations.typescript.facts import read_schema
from migrations.typescript.reading import read_types_file
from migrations.typescript.sides import Report, Sides, database_side, file_side, models_side

__all__ = ["NOT_COMPARED", "Judgement", "counts_of", "judge_types"]

NOT_COMPARED = "the application's types were not compared, name their file with --types"
"""What is said without a file: that is no pass of its types."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What came of a types file."""

    counts: Mapping[str, Counts]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """What was compared, and what was not."""


def judge_types(path: Path, dsn: str, *, late: bool) -> Judgement:
    """Compare a file with the database and the models.

    Raises TypesFileError for a file that is no Database type, StackError if the database cannot be read. If
    other things were found already (`late`), such a file is one more finding, of level ``unchecked``: failed
    beats unchecked.
    """
    try:
        file = file_side(read_types_file(path))
    except TypesFileError as error:
        if not late:
            raise
        return _unchecked(path, error)
    sides = Sides(path=str(path), file=file, database=database_side(read_schema(dsn)), models=models_side())
    report = compare(sides)
    said = f"Types compared: {report.compared} objects of {path}, with the models and the database."
    return Judgement(
        counts=counts_of(report),
        findings=tuple(report.findings),
        notes=(said, *(f"Not compared: {note}." for note in report.notes)),
    )


def counts_of(report: Report) -> Mapping[str, Counts]:
    """Return how many things were compared, and how many of them differ."""
    failed = len(report.findings)
    return {"types": Counts.of(report.compared, failed=failed)}


def _unchecked(path: Path, error: TypesFileError) -> Judgement:
    finding = Finding(
        id="types",
        level="unchecked",
        where=str(path),
        expected="a type Database",
        actual="a file that cannot be read as one",
        message=str(error),
    )
    return Judgement(
        counts={"types": Counts(expected=1, executed=0, passed=0, failed=0, unchecked=1)},
        findings=(finding,),
        notes=("The application's types were not compared, for the reason above.",),
    )
