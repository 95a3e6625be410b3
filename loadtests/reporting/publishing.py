"""The report directory of a load command: every form of the result, and last of all its outcome."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from harness.models.outcome import Artifact
from harness.reports.files import make_directory, remove, sha256_of, write_json, write_text
from harness.settings import secrets
from loadtests.reporting import document, junit, markdown, terminal
from loadtests.reporting.page import document as document_page
from loadtests.result import Result
from loadtests.runs import recording_file

__all__ = ["OUTCOME", "prepare", "publish"]

OUTCOME = "outcome.json"
_RECORDING = "recording.json"
_RESULT = "result.json"
_TEXTS: Mapping[str, Callable[[Result], str]] = {
    "index.html": document_page.render,
    "summary.txt": lambda result: terminal.render(result) + "\n",
    "summary.md": markdown.render,
    "junit.xml": junit.render,
}


def prepare(directory: Path) -> None:
    """Make the directory before the run, and remove what an earlier one wrote. Raises ConfigurationError.

    The outcome goes first: a run that dies leaves no verdict behind.
    """
    make_directory(directory)
    for name in (OUTCOME, _RESULT, _RECORDING, *_TEXTS):
        remove(directory / name)


def publish(result: Result, directory: Path) -> tuple[Artifact, ...]:
    """Write every form of the result; returns them as artifacts. Raises ConfigurationError.

    Their paths count from the directory. ``outcome.json`` is written last, with these artifacts, and is none.
    """
    make_directory(directory)
    clean = result.redacted(secrets())
    written = []
    if clean.recording is not None:
        recording_file.write(directory / _RECORDING, clean.recording)
        written.append(_RECORDING)
    write_json(directory / _RESULT, document.render(clean))
    written.append(_RESULT)
    for name, render in _TEXTS.items():
        write_text(directory / name, render(clean))
        written.append(name)
    artifacts = tuple(Artifact(path=name, sha256=sha256_of(directory / name)) for name in written)
    write_json(directory / OUTCOME, replace(clean, artifacts=artifacts).outcome().to_json())
    return artifacts
