"""The sub-commands: built in, and registered as entry points of the group ``harness.commands``.

None is imported before it is used: the help is fast, and one that is broken
says so without breaking the others.
"""

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from harness.errors import HarnessError

__all__ = ["Commands"]

_BUILT_IN = {
    "bridge": "harness.adapters.bridge.command:bridge",
    "doctor": "harness.doctor.command:doctor",
    "gate": "harness.gate.command:gate",
    "serve": "harness.api.command:serve",
    "stack": "harness.stack.command:stack",
    "verdict": "harness.gate.command:verdict",
}
_SUMMARIES = {
    "bridge": "Serve an adapter to, or examine one in, another language.",
    "contract": "Run the contract suite on the adapters.",
    "doctor": "Say what is there, what is missing and how to get it.",
    "gate": "Say READY, NOT READY or COULD NOT CHECK.",
    "load": "Measure response times and compare them.",
    "migrate": "Plan, copy, compare and roll back the data.",
    "schema": "Apply and check the migrations, and write their types.",
    "serve": "Serve the reference API.",
    "stack": "Keep a stack of servers running.",
    "verdict": "Recompute the verdict from the report of a gate run.",
}
"""What ``--help`` prints without importing anything."""


class Commands(click.Group):
    """A group whose commands are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*_BUILT_IN, *_registered(), *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command. Raises HarnessError if it cannot be loaded; None if there is no such command."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            return found
        place = _BUILT_IN.get(cmd_name)
        point = _registered().get(cmd_name)
        if place is None and point is None:
            return None
        try:
            command = _import(place) if place is not None else point.load() if point is not None else None
        except Exception as cause:
            source = place or f"{point.value if point is not None else ''}"
            raise HarnessError(
                f"the command {cmd_name!r} ({source}) cannot be loaded: {type(cause).__name__}: {cause}. "
                "The other commands still work; reinstall parity-harness or the package that registers it."
            ) from cause
        if not isinstance(command, click.Command):
            raise HarnessError(f"the command {cmd_name!r} ({place or point}) is no click command.")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without loading them."""
        rows = [(name, _SUMMARIES.get(name, "")) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="harness.commands")}


def _import(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
