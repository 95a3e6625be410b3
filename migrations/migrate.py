"""``harness migrate``: moves the data, proves that nothing was lost, and goes back.

Exit status: 0 nothing lost or different; 1 rows are lost, refused, changed or different; 2 could not check.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

__all__ = ["migrate"]

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "plan": ("migrations.planning.command:plan", "Read every row, and say what would be lost or changed."),
    "copy": ("migrations.loading.command:copy", "Move the rows, in segments that can be resumed."),
    "diff": ("migrations.comparison.command:diff", "Compare two places, row by row."),
    "export": ("migrations.export.command:export", "Write a snapshot: the way back."),
    "rollback": ("migrations.rollback.command:rollback", "Remove what a copy inserted and nobody changed."),
    "verify": ("migrations.receipts.command:verify", "Check a receipt against what is there now."),
    "rehearse": ("migrations.rehearsal.command:rehearse", "All of it on a scratch database, there and back."),
}


class _Commands(click.Group):
    """Each command is imported when it is called: a broken one leaves the others alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """In the order in which they are used."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        """Import one command."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        """Write the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_Commands)
def migrate() -> None:
    """Move the data into the database, prove that nothing was lost, and be able to go back.

    A SOURCE or TARGET is a snapshot (a file or a directory), postgresql://…, https://… (REST, with
    SUPABASE_SERVICE_ROLE_KEY), or env:NAME for a variable that holds one.
    """
