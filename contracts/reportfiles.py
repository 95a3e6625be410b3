"""The directory of a full report: the outcome, every case with its time, the text, and pytest's log."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from contracts.events import Finished
from contracts.judgement import CaseResult, Judgement, Kind
from contracts.runner import Observation
from contracts.scripts import script_name
from harness.models.outcome import Artifact, Outcome
from harness.reports.files import explain, remove, sha256_of, write_text

__all__ = ["SERVERS", "dumps", "prepare", "write", "write_kills", "write_text_of"]

_REPORT, _CASES, _TEXT, _LOG = "report.json", "cases.json", "report.txt", "pytest.log"
_KILLS = "kills.json"
SERVERS = "servers"
"""The folder with what the containers have logged that the run started."""


def prepare(directory: Path) -> None:
    """Make the directory, and remove what an earlier run left. Raises ConfigurationError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(directory, error) from error
    for name in (_REPORT, _CASES, _TEXT, _LOG, _KILLS):
        remove(directory / name)
    for path in (*directory.glob(script_name("*")), *_server_logs(directory)):
        remove(path)


def write(
    directory: Path,
    result: Outcome,
    judgement: Judgement,
    text: str,
    *,
    seen: Observation | None,
    redacted: Callable[[str], str],
) -> Outcome:
    """Write all files, ``report.json`` last; returns the outcome with the others as artifacts."""
    slowest_first = sorted(judgement.results, key=lambda case: -_seconds(case.finished))
    contents = {_CASES: json.dumps([_case(case) for case in slowest_first], indent=1), _TEXT: text + "\n"}
    contents |= {
        script_name(case.adapter): case.finished.problem.script
        for case in judgement.results
        if case.finished and case.finished.problem and case.finished.problem.script
    }
    if seen is not None:
        contents[_LOG] = f"{seen.log}\n{seen.complaints}"
    return _written(directory, result, contents, redacted)


def write_kills(
    directory: Path, result: Outcome, kills: dict[str, Any], text: str, *, redacted: Callable[[str], str]
) -> Outcome:
    """Write the files of a self-check, as `write` does those of a run."""
    contents = {_KILLS: json.dumps(kills, indent=1), _TEXT: text + "\n"}
    return _written(directory, result, contents, redacted)


def write_text_of(directory: Path, result: Outcome, text: str, *, redacted: Callable[[str], str]) -> Outcome:
    """Write the text of a step that ran no cases, as `write` does the files of a run."""
    return _written(directory, result, {_TEXT: text + "\n"}, redacted)


def _written(
    directory: Path, result: Outcome, contents: dict[str, str], redacted: Callable[[str], str]
) -> Outcome:
    for name, content in contents.items():
        write_text(directory / name, redacted(content))
    names = [*contents, *(path.relative_to(directory).as_posix() for path in _server_logs(directory))]
    artifacts = tuple(Artifact(path=name, sha256=sha256_of(directory / name)) for name in names)
    complete = replace(result, artifacts=artifacts)
    write_text(directory / _REPORT, redacted(dumps(complete)) + "\n")
    return complete


def _server_logs(directory: Path) -> list[Path]:
    return sorted((directory / SERVERS).glob("*.log"))


def dumps(result: Outcome) -> str:
    """Return an outcome as JSON text."""
    return json.dumps(result.to_json(), indent=2, ensure_ascii=False)


def _case(case: CaseResult) -> dict[str, Any]:
    run = case.finished
    passed = case.kind is Kind.PASSED
    return {
        "id": case.entry.id,
        "adapter": case.adapter,
        "level": case.entry.level,
        "result": case.kind.value,
        "reason": case.reason,
        "seconds": _seconds(run),
        "properties": {} if run is None else dict(run.properties),
        "problem": None if run is None or run.problem is None else asdict(run.problem),
        "operations": [] if run is None or passed else [asdict(operation) for operation in run.operations],
    }


def _seconds(run: Finished | None) -> float:
    return 0.0 if run is None else run.seconds
