"""``harness bridge``: serve our own adapters by the protocol, and print the protocol as JSON Schema."""

import json
import os
import sys

import click

from harness.adapters.bridge.dispatch import Rows
from harness.adapters.bridge.kit_command import kit
from harness.adapters.bridge.schema import protocol_schema
from harness.adapters.bridge.serve import Server
from harness.adapters.memory import MemoryDatabase, MemoryStore
from harness.adapters.protocol import Store
from harness.adapters.registry import open_adapter
from harness.settings import Settings

__all__ = ["bridge"]


@click.group()
def bridge() -> None:
    """Judge an adapter in another language: ``harness contract --adapter bridge:"CMD"``."""


@bridge.command()
@click.option(
    "--adapter", required=True, type=click.Choice(["memory", "supabase"]), help="The adapter to serve."
)
def serve(adapter: str) -> int:
    """Serve one of our adapters on stdin and stdout, as parity-bridge/1: the reference for others."""
    # Whatever prints must not mix with the protocol: stdout is ours, and everybody else's goes to stderr.
    sys.stdout.flush()
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)
        settings = Settings.from_environ()
        store, rows = _opened(adapter, settings)
        with store:
            Server(f"harness-{adapter}", store, out, rows=rows).run(sys.stdin.buffer)
    return 0


@bridge.command()
def schema() -> int:
    """Print the whole protocol as JSON Schema."""
    click.echo(json.dumps(protocol_schema(), indent=2))
    return 0


bridge.add_command(kit)


def _opened(adapter: str, settings: Settings) -> tuple[Store, Rows | None]:
    if adapter == "memory":
        database = MemoryDatabase()
        return MemoryStore(database=database), database
    return open_adapter(adapter, settings), None
