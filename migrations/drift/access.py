"""Row level security, policies, grants, roles and their settings."""

import re
from collections.abc import Iterator
from typing import Any

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog
from migrations.drift.findings import MISSING, difference
from migrations.requirements import OUTSIDERS, PRIVILEGES, SERVICE_ROLE

__all__ = ["judge_access", "judge_roles", "judge_settings"]

_CLOSED = {"USING (false)", "WITH CHECK (false)", "USING (false) and WITH CHECK (false)"}

_READ_ONLY = {"default_transaction_read_only", "transaction_read_only"}
_DURATION = re.compile(r"\s*(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<unit>us|ms|s|min|h|d)?\s*")
_MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_SHORTEST_TIMEOUT_MS = 1_000
"""A claim of a thousand rows, or a page of them, takes hundreds of milliseconds on a busy server."""


def judge_settings(live: Catalog) -> Iterator[Finding]:
    """Yield the settings of the database or of the server's roles with which it cannot work."""
    for fact in live.settings:
        if fact.name in _READ_ONLY and _is_on(fact.value):
            expected = "off"
        elif fact.name == "statement_timeout" and _is_too_short(fact.value):
            expected = "no timeout, or at least 1 s"
        else:
            continue
        who = fact.role or "all roles"
        yield difference(
            "setting",
            fact.role or "all",
            fact.name,
            where=f"setting {fact.name} of {who}",
            expected=expected,
            actual=fact.value,
            todo=f"ALTER {'DATABASE …' if fact.role is None else f'ROLE {fact.role}'} RESET {fact.name}",
        )


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


def judge_roles(live: Catalog) -> Iterator[Finding]:
    """Yield what keeps the server's role from doing anything at all, and what lets the others do too much."""
    for name in OUTSIDERS:
        if name in live.roles and live.roles[name].bypasses_row_security:
            yield difference(
                "role",
                name,
                "bypassrls",
                where=f"role {name}",
                expected="NOSUPERUSER NOBYPASSRLS",
                actual="is not subject to row level security",
                todo=f"ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS",
            )
    role = live.roles.get(SERVICE_ROLE)
    where = f"role {SERVICE_ROLE}"
    if role is None:
        yield difference(
            "role",
            SERVICE_ROLE,
            where=where,
            expected="Supabase's role of the server's key",
            todo="check that DATABASE_URL is the database of a Supabase project",
        )
        return
    if not role.bypasses_row_security:
        yield difference(
            "role",
            SERVICE_ROLE,
            "bypassrls",
            where=where,
            expected="BYPASSRLS",
            actual="sees no row of a table with row level security",
            todo=f"ALTER ROLE {SERVICE_ROLE} BYPASSRLS",
        )
    if not role.uses_schema:
        yield difference(
            "role",
            SERVICE_ROLE,
            "usage",
            where=where,
            expected="USAGE on schema public",
            actual="no USAGE on schema public",
            todo=f"GRANT USAGE ON SCHEMA public TO {SERVICE_ROLE}",
        )


def judge_access(live: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield each way in which an outsider may reach the table, and what the server may not do with it."""
    table = entity.table
    if not live.tables[table].row_security:
        yield difference(
            "row_level_security",
            table,
            where=f"row level security of public.{table}",
            expected="enabled",
            actual="disabled",
            todo=f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY",
        )
    for policy in live.policies:
        if policy.table == table and policy.admitted and policy.condition not in _CLOSED:
            yield difference(
                "policy",
                table,
                policy.name,
                where=f"policy {policy.name} on public.{table}",
                expected=f"no policy for {' or '.join(OUTSIDERS)}",
                actual=f"admits {' and '.join(policy.admitted)} {policy.condition}".strip(),
                todo="drop it, the public key must not reach this table",
            )
    yield from _outsiders(live, table)
    if SERVICE_ROLE in live.roles:
        yield from _server(live, entity)


def _outsiders(live: Catalog, table: str) -> Iterator[Finding]:
    public = _privileges(live, table, "PUBLIC", "direct")
    for role in ("PUBLIC", *OUTSIDERS):
        direct = _privileges(live, table, role, "direct")
        effective = _privileges(live, table, role, "effective") | _privileges(live, table, role, "columns")
        inherited = effective - direct - public
        if direct or inherited:
            way = "" if direct else ", through a membership"
            yield difference(
                "grant",
                table,
                role,
                where=f"privileges of {role} on public.{table}",
                expected="none",
                actual=_listed(direct or inherited) + way,
                todo=f"REVOKE ALL ON public.{table} FROM {role}"
                if direct
                else f"revoke the role from {role}",
            )


def _server(live: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    table = entity.table
    needed = PRIVILEGES[table]
    has = _privileges(live, table, SERVICE_ROLE, "effective")
    missing = needed - has
    if missing:
        yield difference(
            "grant",
            table,
            SERVICE_ROLE,
            where=f"privileges of {SERVICE_ROLE} on public.{table}",
            expected=_listed(needed),
            actual=f"without {_listed(missing)}" if needed & has else MISSING,
            todo=f"GRANT {_listed(missing)} ON public.{table} TO {SERVICE_ROLE}",
        )
    somewhere = has | _privileges(live, table, SERVICE_ROLE, "columns")
    excess = (somewhere & {"UPDATE", "DELETE", "TRUNCATE"}) - needed
    if excess:
        reason = "the history is only appended to" if entity.append_only else "nothing stops a TRUNCATE"
        yield difference(
            "grant",
            table,
            SERVICE_ROLE,
            "append_only" if entity.append_only else "truncate",
            where=f"privileges of {SERVICE_ROLE} on public.{table}",
            expected=_listed(needed),
            actual=f"{_listed(excess)} as well",
            todo=f"REVOKE {_listed(excess)} ON public.{table} FROM {SERVICE_ROLE}, {reason}",
        )


def _privileges(live: Catalog, table: str, role: str, way: str) -> frozenset[str]:
    return frozenset(
        privilege
        for fact in live.privileges
        if (fact.table, fact.role, fact.way) == (table, role, way)
        for privilege in fact.privileges
    )


def _listed(privileges: frozenset[str]) -> str:
    return ", ".join(sorted(privileges))
