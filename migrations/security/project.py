"""The project that is asked: a copy made for it, with rows, or the one that the environment names."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings import Settings, StackKind
from harness.stack.account import Account
from harness.stack.coordinates import Coordinates
from harness.stack.home import Home
from harness.stack.kept import KeptStack
from harness.stack.opening import attach, own_kind, start
from harness.stack.protocol import Stack
from harness.stack.records import StackRecord

__all__ = ["Project", "opened"]


@dataclass(frozen=True, kw_only=True)
class Project:
    """How to reach it, and what may be done with it."""

    url: str
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    jwt_secret: str | None = field(repr=False)
    """What signs its tokens; None where nobody said."""
    database_url: str | None = field(repr=False)
    """Its database, as the owner of the tables; None where nobody said."""
    is_ours: bool
    """Made for this run: rows may be stored, changed and deleted in it."""
    stack: StackKind
    migrations_hash: str | None = None


@contextmanager
def opened(settings: Settings) -> Iterator[Project]:
    """Make a copy of the migrated template, or take the project of the environment.

    Raises ConfigurationError for variables that are missing, StackError if the stack cannot be started.
    """
    if settings.stack == "external":
        yield _given(settings)
        return
    file = settings.stack_file
    with (
        start(settings, own_kind(settings)) if file is None else attach(file) as stack,
        stack.clone() as database,
    ):
        secret = StackRecord.read(stack.record).jwt_secret
        yield _own(database.coordinates, stack, secret)


def _own(at: Coordinates, stack: Stack, secret: str) -> Project:
    return Project(
        url=at.supabase_url,
        anon_key=at.anon_key,
        service_role_key=at.service_role_key,
        jwt_secret=secret,
        database_url=at.database_url,
        is_ours=True,
        stack=stack.kind,
        migrations_hash=stack.migrations_hash or None,
    )


def _given(settings: Settings) -> Project:
    values = {
        "SUPABASE_URL": settings.supabase_url,
        "SUPABASE_ANON_KEY": settings.supabase_anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": settings.supabase_service_role_key,
    }
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise ConfigurationError(
            f"{' and '.join(missing)} must be set to ask a given project: its URL, its public key, and the "
            "key of its service role, with which each refusal is checked. Or use --stack embedded."
        )
    return Project(
        url=str(settings.supabase_url),
        anon_key=str(settings.supabase_anon_key),
        service_role_key=str(settings.supabase_service_role_key),
        jwt_secret=settings.supabase_jwt_secret or _kept_secret(settings),
        database_url=settings.database_url,
        is_ours=False,
        stack="external",
    )


def _kept_secret(settings: Settings) -> str | None:
    """The secret of the stack that ``harness stack up`` keeps, if that one is asked: it is no secret here."""
    kept = KeptStack.find(Home.of(settings, Account.current()))
    if kept is None or kept.supabase_url != settings.supabase_url:
        return None
    return StackRecord.read(Path(kept.record)).jwt_secret
