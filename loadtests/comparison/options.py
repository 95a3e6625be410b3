"""The options that comparisons and calibrations have in common, in the same words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import click

__all__ = ["calibration", "endpoints", "profile", "rate", "rounds", "seconds", "stack", "workers"]

_Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]

profile: _Option = click.option(
    "--profile",
    type=click.Choice(["ci", "full"]),
    default="ci",
    show_default=True,
    help="How much is measured: ci ends within 3 minutes, full takes about a quarter of an hour.",
)
rate: _Option = click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Requests per second, on one arm at a time."
)
rounds: _Option = click.option(
    "--rounds", type=click.IntRange(min=1), help="At most so many; each starts new servers."
)
seconds: _Option = click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Of traffic, for each arm in a round.",
)
workers: _Option = click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    show_default=True,
    help="Processes that generate load; with 0 a single one does, without a master.",
)
stack: _Option = click.option(
    "--stack",
    type=click.Choice(["embedded", "docker", "external"]),
    help="embedded or docker: comparisons start servers on databases of their own. Default: HARNESS_STACK.",
)
endpoints: _Option = click.option(
    "--endpoint",
    "endpoints",
    metavar="NAME",
    multiple=True,
    help="Call and judge only this one, the more often; may be repeated.",
)
calibration: _Option = click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    help="The file with what machines can hold. Default: in the harness's home.",
)
