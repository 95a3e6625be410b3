"""The options that the commands for one server have in common, in the same words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import click

__all__ = ["allow_rate", "allow_writes", "config", "json_path", "profile", "report", "seed", "workers"]

_Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

config: _Option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The file with [api] and [budgets]. Default: parity.toml.",
)
profile: _Option = click.option(
    "--profile",
    type=click.Choice(["read-only", "write"]),
    default="read-only",
    show_default=True,
    help="Only read what is there, or also create rows, which are removed at the end.",
)
allow_writes: _Option = click.option(
    "--allow-writes", is_flag=True, help="Write to a server that is not this machine."
)
allow_rate: _Option = click.option(
    "--allow-rate",
    is_flag=True,
    help="Offer a server that is not this machine more than 50 requests a second.",
)
seed: _Option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Of the arrivals and of all data.",
)
workers: _Option = click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    show_default=True,
    help="Processes of this machine that generate load; with 0 a single one does, without a master.",
)
report: _Option = click.option(
    "--report", type=click.Path(path_type=Path, file_okay=False), help="Write everything to this directory."
)
json_path: _Option = click.option(
    "--json", "json_path", metavar="PATH", help="Write the outcome as JSON; - is stdout."
)
