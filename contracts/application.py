"""The user's own adapter, as parity.toml names it: what to run, at which level, and what it may lack."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from contracts.bridging import BridgeCommand
from contracts.gaps import Accepted
from contracts.plan import Adapter, Level
from harness.adapters.bridge.bridge import CALL_S
from harness.errors import ConfigurationError
from harness.settings.parity_toml import load

__all__ = ["Application"]


@dataclass(frozen=True, kw_only=True)
class Application:
    """What a configuration says of the adapter that is to be judged."""

    name: str
    level: Level
    directory: Path
    adapters: tuple[Adapter, ...]
    """The adapter in memory mode and in supabase mode."""
    written: tuple[Path, ...] = ()
    """Files that the configured checks write."""
    accepted: Accepted = field(default_factory=Accepted)

    @classmethod
    def configured(cls, config: Path) -> Self:
        """Read it from a parity.toml. Raises ConfigurationError if that names no bridge."""
        parity_toml = load(config)
        subject = parity_toml.subject
        if subject.bridge is None or subject.name is None:
            raise ConfigurationError(
                f"{config} names no adapter; add [subject] name and [subject.bridge] memory and supabase."
            )
        call_s = CALL_S if subject.bridge.call_timeout_s is None else subject.bridge.call_timeout_s
        return cls(
            name=subject.name,
            level=subject.level,
            directory=parity_toml.directory,
            written=tuple(parity_toml.directory / check.junit for check in parity_toml.checks),
            adapters=tuple(
                BridgeCommand.of(command, mode, parity_toml.directory, call_s).adapter()
                for mode, command in subject.bridge.commands.items()
            ),
            accepted=Accepted(gaps=parity_toml.gaps, today=datetime.now(UTC).date()),
        )
