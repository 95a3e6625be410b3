"""What a supervisor of containers is told to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.stack.cluster import SUPERUSER
from harness.stack.docker.labels import DATABASE
from harness.stack.plans import Plan
from harness.stack.records import Images, StackRecord

__all__ = ["ApiPlan", "PostgresPlan", "container_plan"]


@dataclass(frozen=True, kw_only=True)
class PostgresPlan(Plan):
    """One Postgres in a container, and the network of its stack."""

    run_dir: Path
    name: str
    """What the names of the stack's own container and network begin with."""
    image: str
    network: str
    """The network to create, or ``host``."""
    labels: Mapping[str, str]
    password: str = field(repr=False)
    """The superuser's."""
    logs: Path | None = None
    """Where what containers have logged is kept when they are removed; None: nowhere."""


@dataclass(frozen=True, kw_only=True)
class ApiPlan(Plan):
    """PostgREST and a gateway for one database, each in a container."""

    database: str
    network: str
    labels: Mapping[str, str]
    postgrest_image: str
    gateway_image: str
    postgrest_uri: str = field(repr=False)
    """libpq URL of the role authenticator, as containers reach it."""
    admin_uri: str = field(repr=False)
    """libpq URL of the superuser on another database, as this machine reaches it: to drop this one."""
    jwt_secret: str = field(repr=False)
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    pool_size: int
    pool_wait_s: int
    logs: Path | None = None
    """As above."""


def container_plan(
    record: StackRecord,
    images: Images,
    database: str,
    *,
    pool_size: int,
    pool_wait_s: int,
    logs: Path | None = None,
) -> ApiPlan:
    """The plan for the servers of a new database of a recorded stack."""
    login = f"authenticator:{record.passwords['authenticator']}"
    inside = f"{images.postgres_host}:{images.postgres_port}"
    return ApiPlan(
        instance=Path(record.instance),
        database=database,
        network=images.network,
        labels={**images.labels, DATABASE: database},
        postgrest_image=images.postgrest,
        gateway_image=images.gateway,
        postgrest_uri=f"postgresql://{login}@{inside}/{database}?sslmode=disable",
        admin_uri=record.uri(SUPERUSER, "postgres"),
        jwt_secret=record.jwt_secret,
        anon_key=record.anon_key,
        service_role_key=record.service_role_key,
        pool_size=pool_size,
        pool_wait_s=pool_wait_s,
        logs=logs,
    )
