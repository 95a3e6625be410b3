"""Which images the Docker stack is made of."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

from harness.errors import ConfigurationError

__all__ = ["DockerNetwork", "DockerSettings"]

DockerNetwork = Literal["bridge", "host"]

_PYTHON = f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
"""This Python's version: the compiled parts of the gateway's packages are copied from here, and fit it."""


@dataclass(frozen=True, kw_only=True)
class DockerSettings:
    """Images of the Docker stack and how its containers are reached."""

    postgres: str = "supabase/postgres:17.6.1.136"
    """HARNESS_DOCKER_POSTGRES: Supabase's image, or any that is started as the official one is."""
    postgrest: str = "postgrest/postgrest:v12.2.12"
    """HARNESS_DOCKER_POSTGREST."""
    python: str = _PYTHON
    """HARNESS_DOCKER_PYTHON: where the gateway runs; it needs ``python3`` 3.11 or later, nothing else."""
    network: DockerNetwork = "bridge"
    """HARNESS_DOCKER_NETWORK: ``host`` for an engine that can make no networks and publish no ports."""

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Self:
        """Read them from variables, of which none is empty. Raises ConfigurationError."""
        network = env.get("HARNESS_DOCKER_NETWORK", cls.network)
        if network not in get_args(DockerNetwork):
            raise ConfigurationError(
                f"HARNESS_DOCKER_NETWORK={network!r} is not one of {', '.join(get_args(DockerNetwork))}."
            )
        return cls(
            postgres=env.get("HARNESS_DOCKER_POSTGRES", cls.postgres),
            postgrest=env.get("HARNESS_DOCKER_POSTGREST", cls.postgrest),
            python=env.get("HARNESS_DOCKER_PYTHON", cls.python),
            network="host" if network == "host" else "bridge",
        )
