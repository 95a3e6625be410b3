"""What a supervisor is told to run, as values that travel through a pipe as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from harness.stack.account import Account

__all__ = ["ClusterPlan", "DatabasePlan", "Plan"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every supervisor needs to know."""

    instance: Path
    """The stack's directory; a supervisor whose instance is removed ends."""

    def dumps(self) -> str:
        """The plan as one line of JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def loads(cls, line: str) -> Self:
        """The plan from its line."""
        fields: dict[str, Any] = json.loads(line)
        for name in ("instance", "run_dir", "postgres", "data", "seed", "postgrest", "logs"):
            if fields.get(name) is not None:
                fields[name] = Path(fields[name])
        return cls(**fields)


@dataclass(frozen=True, kw_only=True)
class ProcessPlan(Plan):
    """What is needed to run a server as a process of this machine."""

    run_dir: Path
    """A short directory that the servers' account may write."""
    uid: int
    gid: int
    switch: bool

    @property
    def account(self) -> Account:
        """The account that the servers run as."""
        return Account(self.uid, self.gid, self.switch)


@dataclass(frozen=True, kw_only=True)
class ClusterPlan(ProcessPlan):
    """One Postgres server on a fresh data directory."""

    postgres: Path
    data: Path
    seed: Path | None
    """Where a fresh cluster is kept, so that starting is copying; None if the account cannot read there."""


@dataclass(frozen=True, kw_only=True)
class DatabasePlan(ProcessPlan):
    """PostgREST and a gateway for one database."""

    postgrest: Path
    database: str
    postgrest_uri: str = field(repr=False)
    """libpq URL of the role authenticator."""
    admin_uri: str = field(repr=False)
    """libpq URL of the superuser on another database: to drop this one in the end."""
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    pool_size: int = 10
    """Connections that PostgREST opens to the database, as a small hosted project's."""
    pool_wait_s: int = 10
    """How long a request waits for one of them."""

    @property
    def socket(self) -> Path:
        """The Unix socket that PostgREST listens on: a port could be taken between choice and binding."""
        return self.run_dir / f"{self.database}.sock"
