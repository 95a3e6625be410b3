"""Where the result of a command goes: text for people, the Outcome for machines, secrets in neither."""

from pathlib import Path

import click

from contracts import reportfiles
from harness.models.outcome import Outcome
from harness.redact import redact
from harness.reports.files import write_text
from harness.settings import secrets

__all__ = ["publish", "redacted", "say"]


def publish(result: Outcome, text: str, *, json: str | None) -> None:
    """Print the text, and write the outcome to a path; ``-`` prints it in place of the text.

    Raises ConfigurationError if the path cannot be written.
    """
    as_json = redacted(reportfiles.dumps(result))
    if json == "-":
        click.echo(as_json)
        say(text)
        return
    click.echo(text)
    if json is not None:
        write_text(Path(json), as_json + "\n")


def redacted(text: str) -> str:
    """Hide the keys and passwords that this process was given."""
    return redact(text, secrets())


def say(text: str) -> None:
    """Tell people, on stderr."""
    click.echo(redacted(text), err=True)
