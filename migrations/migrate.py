"""``harness migrate``: moves the data, proves that nothing was lost, and goes back.

Exit status: 0 nothing lost or different; 1 rows are lost, refused, changed or different; 2 could not check.
"""

from collections.abc import Mapping

import click

from harness.lazy_group import lazy_group

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


@click.group(cls=lazy_group(_COMMANDS))
def migrate() -> None:
    """Move the data into the database, prove that nothing was lost, and be able to go back.

    A SOURCE or TARGET is a snapshot (a file or a directory), postgresql://…, https://… (REST, with
    SUPABASE_SERVICE_ROLE_KEY), or env:NAME for a variable that holds one.
    """
