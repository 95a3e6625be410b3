"""``[subject]`` of parity.toml: the application whose adapter is to be judged, and how it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from harness.settings.environment import DbMode
from harness.settings.toml_reader import KeyPath, Reader

__all__ = ["Bridge", "Level", "SubjectTable", "read_subject"]

Level = Literal["core", "strict"]

_PATH: KeyPath = ("subject",)
_BRIDGE: KeyPath = ("subject", "bridge")


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """The commands that speak ``parity-bridge/1``, run by the shell in the directory of parity.toml.

    Both are needed: a flip from one mode to the other is judged by what both do.
    """

    memory: str
    supabase: str
    call_timeout_s: float | None = None
    """How long an answer may take, past which the command is ended; None leaves it to the bridge."""

    @property
    def commands(self) -> Mapping[DbMode, str]:
        """The command of each mode."""
        return {"memory": self.memory, "supabase": self.supabase}


@dataclass(frozen=True, kw_only=True)
class SubjectTable:
    """What the user says about the application."""

    name: str | None = None
    level: Level = "core"
    """Of the cases that its adapter is judged by."""
    types: str | None = None
    """The file with the TypeScript type ``Database``, relative to the directory of parity.toml."""
    bridge: Bridge | None = None


def read_subject(reader: Reader, data: Mapping[str, Any]) -> SubjectTable:
    """Read the section. Raises ConfigurationError with line and column."""
    table = reader.table(data, (), "subject")
    reader.only(table, _PATH, ("name", "level", "types", "bridge"))
    bridge = _bridge(reader, table) if "bridge" in table else None
    if bridge is None and "level" in table:
        reader.fail((*_PATH, "level"), "says how an adapter is judged, and needs the table [subject.bridge]")
    # A verdict about an adapter names its application; without one, the name says nothing.
    name = reader.line(table, _PATH, "name") if bridge is not None or "name" in table else None
    level = table.get("level", "core")
    if level not in get_args(Level):
        reader.fail((*_PATH, "level"), 'must be "core" or "strict"')
    return SubjectTable(
        name=name,
        level=level,
        types=reader.inside(table, _PATH, "types") if "types" in table else None,
        bridge=bridge,
    )


def _bridge(reader: Reader, subject: Mapping[str, Any]) -> Bridge:
    table = reader.table(subject, _PATH, "bridge")
    reader.only(table, _BRIDGE, ("memory", "supabase", "call_timeout_s"))
    return Bridge(
        memory=reader.string(table, _BRIDGE, "memory"),
        supabase=reader.string(table, _BRIDGE, "supabase"),
        call_timeout_s=(
            reader.seconds(table, _BRIDGE, "call_timeout_s") if "call_timeout_s" in table else None
        ),
    )
