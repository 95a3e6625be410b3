"""Which two servers are compared: the two modes, or two versions in one mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.errors import ConfigurationError
from harness.settings import DbMode
from harness.settings.api import Api
from loadtests.comparison.servers import Launch
from loadtests.records import Arm

__all__ = ["Arms", "arms_of"]


@dataclass(frozen=True, kw_only=True)
class Arms:
    """Two servers, and what is asked about them."""

    comparison: Literal["across", "within"]
    names: Mapping[Arm, str]
    launches: Mapping[Arm, Launch]

    @property
    def is_one_version(self) -> bool:
        """True if both are started by one command in one mode: they differ by noise alone."""
        return self.launches["a"] == self.launches["b"]


def arms_of(
    api: Api, directory: Path, *, within: DbMode | None, base: str | None, environ: Mapping[str, str]
) -> Arms:
    """The arms of a comparison; `directory` is where commands run, `environ` goes to the reference API.

    Across modes, a is memory and b is supabase; within one, a is `base` (without one, the same as b: then all
    differences are noise) and b the API as it is now. Raises ConfigurationError.
    """
    if not api.is_reference and api.start is None:
        raise ConfigurationError(
            f'[api] of parity.toml does not say how {api.name} is started. Add start = "npm run start", '
            "which gets PORT, DB_MODE and the stack's variables; or measure a server that runs: "
            "harness load run --host."
        )
    if base is not None and within is None:
        raise ConfigurationError(
            "--base names an older version within one mode: add --within memory or supabase."
        )

    def launch(mode: DbMode, command: str | None) -> Launch:
        return Launch(
            mode=mode,
            command=command,
            directory=directory if command is not None else None,
            health=api.health,
            mode_field=api.mode_field,
            instance_field=api.instance_field,
            ready_timeout_s=api.ready_timeout_s,
            environ=environ,
        )

    if within is None:
        return Arms(
            comparison="across",
            names={"a": "memory", "b": "supabase"},
            launches={"a": launch("memory", api.start), "b": launch("supabase", api.start)},
        )
    return Arms(
        comparison="within",
        names={"a": "base", "b": "candidate"},
        launches={"a": launch(within, base or api.start), "b": launch(within, api.start)},
    )
