"""The options that several commands have in common, in the same words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import click

__all__ = ["allow_empty", "allow_uncounted", "json_path", "report", "sql", "stack"]

_Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

json_path: _Option = click.option(
    "--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout."
)
sql: _Option = click.option(
    "--sql", type=click.Path(path_type=Path), help="Use this directory of NNN_name.sql migrations."
)
allow_empty: _Option = click.option(
    "--allow-empty", is_flag=True, help="Take a source that has no row of some entity."
)
allow_uncounted: _Option = click.option(
    "--allow-uncounted", is_flag=True, help="Take a snapshot that does not say how many rows it has."
)


def stack(what: str) -> _Option:
    """``--stack``, where `what` belongs to it."""
    return click.option(
        "--stack",
        type=click.Choice(["embedded", "docker", "external"]),
        help=f"What {what} belongs to, for the report. Default: HARNESS_STACK.",
    )


def report(what: str, otherwise: str = "") -> _Option:
    """``--report``, the directory into which `what` is written."""
    words = f"Write {what} to this directory.{f' Default: {otherwise}.' if otherwise else ''}"
    return click.option("--report", type=click.Path(path_type=Path, file_okay=False), help=words)
