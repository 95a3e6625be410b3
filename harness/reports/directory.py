"""The report directory of a gate run: outcomes, logs, summaries, and last of all ``gate.json``."""

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.models.outcome import Artifact, Outcome
from harness.redact import redact
from harness.reports import junit, markdown, terminal
from harness.reports.files import explain, remove, sha256_of, write_json, write_text
from harness.reports.run import GateRun

__all__ = ["GATE_FILE", "STEPS", "prepare", "write"]

GATE_FILE = "gate.json"
STEPS = "steps"
_LOGS = "logs"
_KEPT_BYTES = 5_000_000
"""Of the beginning of a log, and of its end."""
_SUMMARIES = {"summary.txt": terminal.render, "summary.md": markdown.render, "junit.xml": junit.render}


def prepare(directory: Path) -> None:
    """Make the directory, and remove what an earlier run wrote into it. Raises ConfigurationError.

    ``gate.json`` goes first: a run that dies leaves no verdict behind. Files that no run writes stay.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in (GATE_FILE, *_SUMMARIES):
            remove(directory / name)
        for name in (STEPS, _LOGS):
            if (directory / name).is_dir():
                shutil.rmtree(directory / name)
            (directory / name).mkdir()
    except OSError as error:
        raise explain(directory, error) from error


def write(
    directory: Path,
    run: GateRun,
    gate: Outcome,
    outcomes: Sequence[Outcome],
    *,
    logs: Path,
    secrets: Iterable[str],
) -> Outcome:
    """Write everything; returns the gate's outcome with all files as artifacts. Raises ConfigurationError.

    `logs` is the private directory of the run, with one directory per step.
    """
    try:
        written = [_step(directory, number, outcome) for number, outcome in enumerate(outcomes, 1)]
        written += _copy_logs(logs, directory / _LOGS, frozenset(secrets))
        for name, render in _SUMMARIES.items():
            write_text(directory / name, render(run) + ("\n" if name == "summary.txt" else ""))
            written.append(directory / name)
        artifacts = tuple(
            Artifact(path=path.relative_to(directory).as_posix(), sha256=sha256_of(path)) for path in written
        )
    except OSError as error:
        raise explain(directory, error) from error
    complete = replace(gate, artifacts=artifacts)
    write_json(directory / GATE_FILE, complete.to_json())
    return complete


def _step(directory: Path, number: int, outcome: Outcome) -> Path:
    slug = "".join(character if character.isalnum() else "-" for character in outcome.step)
    path = directory / STEPS / f"{number:02d}-{slug}.json"
    write_json(path, outcome.to_json())
    return path


def _copy_logs(source: Path, target: Path, secrets: frozenset[str]) -> list[Path]:
    written = []
    for path in sorted(source.rglob("*")):
        # The outcomes are written from what was read, so that both are the same.
        if path.is_symlink() or not path.is_file() or path.name == "outcome.json":
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        write_text(copy, _shortened(path, secrets))
        written.append(copy)
    return written


def _shortened(path: Path, secrets: frozenset[str]) -> str:
    """A log without secrets, and without the middle of one that is very long.

    What is left out begins and ends where a line does, so that no half of a secret stays.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size <= 2 * _KEPT_BYTES:
            return _clean(file.read(), secrets)
        head = file.read(_KEPT_BYTES)
        file.seek(size - _KEPT_BYTES)
        tail = file.read(_KEPT_BYTES)
    head = head[: head.rfind(b"\n") + 1]
    tail = tail[tail.find(b"\n") + 1 :] if b"\n" in tail else b""
    left_out = f"... {size - len(head) - len(tail)} of {size} bytes are left out ...\n"
    return f"{_clean(head, secrets)}{left_out}{_clean(tail, secrets)}"


def _clean(content: bytes, secrets: frozenset[str]) -> str:
    return redact(content.decode("utf-8", "replace"), secrets)
