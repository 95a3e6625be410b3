"""Everything the harness reads from its environment, as one frozen value.

This is the only module that reads ``os.environ``. Everything else receives
`Settings`, or single values from it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self, get_args
from urllib.parse import unquote

import platformdirs

from harness.errors import ConfigurationError
from harness.settings.docker import DockerSettings

__all__ = ["DbMode", "Settings", "StackKind", "export", "inherited", "secrets", "variable"]

DbMode = Literal["memory", "supabase"]
StackKind = Literal["embedded", "docker", "external"]

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s/]+)@")
_SHORTEST_SECRET = 12
"""Shorter values, such as ``postgres``, are ordinary words: masking them would make text unreadable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment of one run."""

    home: Path
    """Where servers are installed and running stacks are recorded: HARNESS_HOME, else the user's cache."""
    home_is_explicit: bool
    """True if HARNESS_HOME names the place, so that nothing is ever put elsewhere instead."""
    stack: StackKind
    """HARNESS_STACK, else external where SUPABASE_URL is set, else embedded."""
    stack_file: Path | None
    """HARNESS_STACK_FILE: the record of a running stack of ours that this run should join."""
    sql_dir: Path | None
    """HARNESS_SQL: a directory of migrations to use instead of the packaged one."""
    postgrest: Path | None
    """HARNESS_POSTGREST: a PostgREST executable to use instead of the installed one."""
    run_id: str | None
    """HARNESS_RUN_ID: the gate run that this process belongs to."""
    debug: bool
    """HARNESS_DEBUG=1: show tracebacks."""
    supabase_url: str | None
    supabase_anon_key: str | None = field(repr=False)
    supabase_service_role_key: str | None = field(repr=False)
    database_url: str | None = field(repr=False)
    db_mode: DbMode | None = None
    """DB_MODE, exactly ``memory`` or ``supabase``; None if it is not set."""
    timeout_s: float = 10.0
    """PARITY_TIMEOUT_MS, in seconds: how long an adapter waits for its server."""
    supabase_jwt_secret: str | None = field(default=None, repr=False)
    """SUPABASE_JWT_SECRET: what signs the tokens of a project's users; only the security check needs it."""
    scheduler_api_key: str | None = field(default=None, repr=False)
    """SCHEDULER_API_KEY: what internal callers of the reference API must send; None: nothing."""
    icims_webhook_secret: str | None = field(default=None, repr=False)
    """ICIMS_WEBHOOK_SECRET: what the events of iCIMS are signed with."""
    docker: DockerSettings = field(default_factory=DockerSettings)
    """HARNESS_DOCKER_*: what the Docker stack is made of."""
    server_logs: Path | None = None
    """HARNESS_SERVER_LOGS: where what containers have logged is kept when they are removed."""

    @property
    def examples(self) -> Path:
        """Where the contract keeps the sequences of calls that failed, to try them first the next time."""
        return self.home / "examples"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the settings. Raises ConfigurationError for a value that cannot be used.

        An empty variable counts as unset, as in a shell script that passes on what it has.
        """
        env = {name: value for name, value in (os.environ if environ is None else environ).items() if value}
        explicit_home = env.get("HARNESS_HOME")
        return cls(
            home=Path(explicit_home).absolute() if explicit_home else _default_home(env),
            home_is_explicit=explicit_home is not None,
            stack=_choice(env, "HARNESS_STACK", "external" if "SUPABASE_URL" in env else "embedded"),
            stack_file=_path(env, "HARNESS_STACK_FILE"),
            sql_dir=_path(env, "HARNESS_SQL"),
            postgrest=_path(env, "HARNESS_POSTGREST"),
            run_id=env.get("HARNESS_RUN_ID"),
            debug=_flag(env, "HARNESS_DEBUG"),
            supabase_url=env.get("SUPABASE_URL"),
            supabase_anon_key=env.get("SUPABASE_ANON_KEY"),
            supabase_service_role_key=env.get("SUPABASE_SERVICE_ROLE_KEY"),
            database_url=env.get("DATABASE_URL"),
            db_mode=_db_mode(env),
            timeout_s=_milliseconds(env, "PARITY_TIMEOUT_MS", 10_000) / 1000,
            supabase_jwt_secret=env.get("SUPABASE_JWT_SECRET"),
            scheduler_api_key=env.get("SCHEDULER_API_KEY"),
            icims_webhook_secret=env.get("ICIMS_WEBHOOK_SECRET"),
            docker=DockerSettings.read(env),
            server_logs=_path(env, "HARNESS_SERVER_LOGS"),
        )


def inherited(changes: Mapping[str, str | None]) -> dict[str, str]:
    """The environment for a child process: this process's own, with `changes`; None removes a variable."""
    merged: dict[str, str | None] = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def export(name: str, value: str | None) -> None:
    """Set a variable for this process and its children: how an option overrules the environment.

    None removes it.
    """
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def variable(name: str) -> str:
    """The value of a variable that the user named. Raises ConfigurationError if it is not set."""
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(f"the environment variable {name} is not set; set it, or name another.")
    return value


def secrets(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """The values that must not be printed: of variables whose names speak of a key, a token or a password."""
    env = os.environ if environ is None else environ
    named = {value for name, value in env.items() if _SECRET.search(name)}
    in_urls = {found[1] for value in env.values() if (found := _PASSWORD.search(value)) is not None}
    return frozenset(
        value for value in named | in_urls | set(map(unquote, in_urls)) if len(value) >= _SHORTEST_SECRET
    )


def _db_mode(env: Mapping[str, str]) -> DbMode | None:
    value = env.get("DB_MODE")
    for mode in get_args(DbMode):
        if value == mode:
            return mode  # type: ignore[no-any-return]  # get_args() forgets the type
    if value is None:
        return None
    raise ConfigurationError(
        f"DB_MODE={value!r} is neither memory nor supabase, spelled exactly so. Correct it, or unset it."
    )


def _default_home(env: Mapping[str, str]) -> Path:
    xdg = env.get("XDG_CACHE_HOME")
    base = Path(xdg) if xdg and Path(xdg).is_absolute() else Path(platformdirs.user_cache_dir())
    return base / "parity-harness"


def _path(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]).absolute() if name in env else None


def _flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "0")
    if value not in {"0", "1"}:
        raise ConfigurationError(f"{name}={value!r} is neither 0 nor 1.")
    return value == "1"


def _milliseconds(env: Mapping[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 86_400_000:
        raise ConfigurationError(f"{name}={value!r} is not a number of milliseconds from 1 to 86400000.")
    return int(value)


def _choice(env: Mapping[str, str], name: str, default: StackKind) -> StackKind:
    value = env.get(name, default)
    for kind in get_args(StackKind):
        if value == kind:
            return kind  # type: ignore[no-any-return]  # get_args() forgets the type
    raise ConfigurationError(
        f"{name}={value!r} is not a kind of stack; use one of {', '.join(get_args(StackKind))}."
    )
