"""Settings of the database and of the server's roles with which the store cannot work, or not safely."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, SettingFact
from migrations.drift.findings import difference
from migrations.requirements import LOGIN_ROLE, OUTSIDERS, SERVICE_ROLE

__all__ = ["judge_settings"]

_DURATION = re.compile(r"\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>us|ms|s|min|h|d)?\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_SHORTEST_TIMEOUT_MS = 1_000
"""A claim of a thousand rows, or a page of them, takes hundreds of milliseconds on a busy server."""


@dataclass(frozen=True)
class _Rule:
    """A setting, the values that do harm, and what should stand there."""

    is_harmful: Callable[[str], bool]
    expected: str
    of_postgrest: bool = False
    """PostgREST reads it, of the role as which it logs in and of no other."""


def judge_settings(live: Catalog) -> Iterator[Finding]:
    """Yield the settings of the database or of the server's roles with which it cannot work."""
    for fact in live.settings:
        rule = _RULES.get(fact.name)
        if rule is None or not rule.is_harmful(fact.value) or (rule.of_postgrest and fact.role != LOGIN_ROLE):
            continue
        who = fact.role or "all roles"
        yield difference(
            "setting",
            fact.role or "all",
            fact.name,
            where=f"setting {fact.name} of {who}",
            expected=rule.expected,
            actual=fact.value,
            todo=_reset(fact),
        )


def _reset(fact: SettingFact) -> str:
    where = "" if fact.database is None else f" IN DATABASE {fact.database}"
    return f"ALTER ROLE {fact.role or 'ALL'}{where} RESET {fact.name}"


def _is_on(value: str) -> bool:
    # Postgres takes the beginnings of these words, too.
    text = value.strip().lower()
    return text in {"1", "on"} or (text != "" and ("true".startswith(text) or "yes".startswith(text)))


def _is_too_short(value: str) -> bool:
    match = _DURATION.fullmatch(value)
    if match is None:
        return False
    milliseconds = float(match["number"]) * _MILLISECONDS[match["unit"] or "ms"]
    return 0 < milliseconds < _SHORTEST_TIMEOUT_MS


def _lacks_public(schemas: str) -> bool:
    return "public" not in [schema.strip().strip('"') for schema in schemas.split(",")]


def _is_no_outsider(role: str) -> bool:
    return role.strip().strip('"') not in {"", OUTSIDERS[0]}


_TIMEOUT = _Rule(_is_too_short, "no timeout, or at least 1 s")
_READ_ONLY = _Rule(_is_on, "off")
_ISOLATION = _Rule(
    lambda value: value.strip().lower() != "read committed",
    "read committed: PostgREST repeats a serialization failure for ever",
)
_RULES = {
    "default_transaction_read_only": _READ_ONLY,
    "transaction_read_only": _READ_ONLY,
    "statement_timeout": _TIMEOUT,
    "lock_timeout": _TIMEOUT,
    "transaction_timeout": _TIMEOUT,
    "default_transaction_isolation": _ISOLATION,
    "session_replication_role": _Rule(
        lambda value: value.strip().lower() == "replica", "origin: replicas ask no trigger and no foreign key"
    ),
    "synchronous_commit": _Rule(
        lambda value: value.strip().lower() in {"off", "false", "no", "0"},
        "on: what was confirmed must survive a crash",
    ),
    "pgrst.db_anon_role": _Rule(
        _is_no_outsider, f"{OUTSIDERS[0]}: a request without a key is nobody's", of_postgrest=True
    ),
    "pgrst.db_schemas": _Rule(
        _lacks_public, f"public among them: {SERVICE_ROLE} finds the tables nowhere else", of_postgrest=True
    ),
    "pgrst.db_tx_end": _Rule(
        lambda value: value.strip().startswith("rollback"),
        "commit: else nothing is stored",
        of_postgrest=True,
    ),
}
