"""A group of commands, each imported when it is called: a broken one leaves the others alone."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["lazy_group"]


def lazy_group(commands: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """The class of a group of `commands`: by name, the place (``module:attribute``) and its help."""

    class Lazy(click.Group):
        def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
            if cmd_name not in commands:
                return None
            module, _, attribute = commands[cmd_name][0].partition(":")
            command: Any = getattr(import_module(module), attribute)
            return command if isinstance(command, click.Command) else None

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
            with formatter.section("Commands"):
                formatter.write_dl([(name, summary) for name, (_, summary) in commands.items()])

    return Lazy
