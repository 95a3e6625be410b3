"""Row level security, policies and grants."""

from collections.abc import Iterator
from typing import Any

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog
from migrations.drift.findings import MISSING, difference, quoted
from migrations.requirements import OUTSIDERS, PRIVILEGES, SERVICE_ROLE

__all__ = ["judge_access"]

_CLOSED = {"USING (false)", "WITH CHECK (false)", "USING (false) and WITH CHECK (false)"}


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
                todo=(
                    f"DROP POLICY {quoted(policy.name)} ON public.{table}, the public key must not reach it"
                ),
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
