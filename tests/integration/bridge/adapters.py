"""Adapters behind a bridge, as the contract opens them."""

import shlex
import sys
from pathlib import Path

from contracts.bridging import BridgeCommand
from contracts.plan import Adapter
from harness.settings import DbMode

__all__ = ["bridged", "hostile", "served"]

HERE = Path(__file__).parent


def hostile(way: str, *, call_s: float = 20.0) -> Adapter:
    """Return an adapter that breaks the protocol in one way."""
    return bridged(shlex.join([sys.executable, str(HERE / "hostile.py"), way]), call_s=call_s)


def bridged(command: str, *, call_s: float = 20.0) -> Adapter:
    """Return the adapter of a command in memory mode."""
    return BridgeCommand.of(command, "memory", HERE, call_s).adapter()


def served(adapter: DbMode) -> Adapter:
    """Return one of our own adapters, behind our own server."""
    command = shlex.join([sys.executable, "-P", "-m", "harness", "bridge", "serve", "--adapter", adapter])
    return BridgeCommand.of(command, adapter, HERE).adapter()
