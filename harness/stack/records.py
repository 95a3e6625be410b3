"""The record of a running stack: everything that another process needs to join it."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from harness.errors import StackError
from harness.settings import StackKind
from harness.stack.cluster import SUPERUSER
from harness.stack.processes import ProcessId

__all__ = ["Executables", "Images", "StackRecord", "write_private"]

_SCHEMA = "parity-stack/2"


@dataclass(frozen=True, kw_only=True)
class Executables:
    """What the servers of one database are started with, as processes of this machine."""

    run_dir: str
    postgrest: str
    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True, kw_only=True)
class Images:
    """What the servers of one database are started with, as containers."""

    network: str
    """The containers' own network, or ``host`` for that of the engine's machine."""
    postgres_host: str
    """Where containers reach Postgres."""
    postgres_port: int
    postgrest: str
    """The image of PostgREST."""
    gateway: str
    """The image of the Python that the gateway runs on."""
    labels: dict[str, str]
    """By what the stack's containers are found."""


@dataclass(frozen=True, kw_only=True)
class StackRecord:
    """One running stack."""

    instance: str
    supervisor_pid: int
    supervisor_started: float
    port: int
    superuser_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    authenticator_password: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    postgres_version: str
    postgrest_version: str
    migrations_hash: str
    servers: Executables | Images
    host: str = "127.0.0.1"
    """Where this machine reaches the servers."""
    schema: str = _SCHEMA

    @property
    def kind(self) -> StackKind:
        """What the servers run in."""
        return "embedded" if isinstance(self.servers, Executables) else "docker"

    @property
    def passwords(self) -> dict[str, str]:
        """The password of each role that may log in."""
        return {
            SUPERUSER: self.superuser_password,
            "postgres": self.owner_password,
            "authenticator": self.authenticator_password,
        }

    def uri(self, role: str, database: str) -> str:
        """The libpq URL of a database for supabase_admin, postgres or authenticator.

        Applications are given it, too, perhaps by a shell with PGSSLMODE or PGOPTIONS of the user's. Its
        parameters overrule these; they are only those that the drivers of other languages also understand.
        """
        login = f"{role}:{self.passwords[role]}"
        return f"postgresql://{login}@{self.host}:{self.port}/{database}?sslmode=disable&options="

    def write(self, path: Path) -> None:
        """Store the record, readable by this account only."""
        write_private(path, json.dumps(asdict(self), indent=2))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the record of a stack that still runs. Raises StackError."""
        advice = "Start one with `harness stack up`, or unset HARNESS_STACK_FILE."
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as cause:
            raise StackError(f"No stack is recorded in {path}: it has ended. {advice}") from cause
        except (OSError, ValueError) as cause:
            raise StackError(f"{path} is not the record of a stack: {cause}. {advice}") from cause
        if set(content) != {item.name for item in fields(cls)}:
            raise StackError(f"{path} is not a record that this version understands. {advice}")
        if content["schema"] != _SCHEMA:
            raise StackError(f"{path} is a {content['schema']} record, not {_SCHEMA}. {advice}")
        servers = content.pop("servers")
        record = cls(servers=(Images if "network" in servers else Executables)(**servers), **content)
        if ProcessId(record.supervisor_pid, record.supervisor_started).find() is None:
            raise StackError(f"The stack recorded in {path} no longer runs. {advice}")
        return record


def write_private(path: Path, content: str) -> None:
    """Replace a file at once with `content`, mode 0600."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    draft.replace(path)
