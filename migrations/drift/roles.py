"""Supabase's roles: what the server's must be able to do, and the others must not."""

from collections.abc import Iterator

from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, RoleFact
from migrations.drift.findings import difference
from migrations.requirements import LOGIN_ROLE, OUTSIDERS, SERVICE_ROLE

__all__ = ["judge_roles"]


def judge_roles(live: Catalog) -> Iterator[Finding]:
    """Yield what keeps the server's roles from their work, and what lets the others do too much."""
    for name in OUTSIDERS:
        if name in live.roles:
            yield from _outsider(live.roles[name])
    if LOGIN_ROLE in live.roles:
        yield from _login(live.roles[LOGIN_ROLE], live)
    role = live.roles.get(SERVICE_ROLE)
    if role is None:
        yield difference(
            "role",
            SERVICE_ROLE,
            where=f"role {SERVICE_ROLE}",
            expected="Supabase's role of the server's key",
            todo="check that DATABASE_URL is the database of a Supabase project",
        )
        return
    if not role.bypasses_row_security:
        yield _flaw(
            role,
            "bypassrls",
            expected="BYPASSRLS",
            actual="sees no row of a table with row level security",
            todo=f"ALTER ROLE {SERVICE_ROLE} BYPASSRLS",
        )
    if not role.uses_schema:
        yield _flaw(
            role,
            "usage",
            expected="USAGE on schema public",
            actual="no USAGE on schema public",
            todo=f"GRANT USAGE ON SCHEMA public TO {SERVICE_ROLE}",
        )


def _outsider(role: RoleFact) -> Iterator[Finding]:
    if role.bypasses_row_security:
        yield _flaw(
            role,
            "bypassrls",
            expected="NOSUPERUSER NOBYPASSRLS",
            actual="is not subject to row level security",
            # Only a superuser may say NOSUPERUSER, even of a role that is none.
            todo=f"ALTER ROLE {role.name} {'NOSUPERUSER ' if role.is_superuser else ''}NOBYPASSRLS",
        )
    if role.logs_in:
        yield _flaw(
            role,
            "login",
            expected="NOLOGIN",
            actual="may log in to Postgres, past PostgREST and its limits",
            todo=f"ALTER ROLE {role.name} NOLOGIN",
        )
    for other in role.is_member_of:
        yield _flaw(
            role,
            "member",
            other,
            expected=f"no member of {other}",
            actual=f"is a member of {other}, which may do everything with the tables",
            todo=f"REVOKE {other} FROM {role.name}",
        )


def _login(role: RoleFact, live: Catalog) -> Iterator[Finding]:
    if not role.logs_in:
        yield _flaw(
            role,
            "login",
            expected="LOGIN",
            actual="cannot log in: PostgREST reaches no database",
            todo=f"ALTER ROLE {role.name} LOGIN",
        )
    for name in (*OUTSIDERS, SERVICE_ROLE):
        if name in live.roles and name not in role.becomes:
            yield _flaw(
                role,
                "member",
                name,
                expected=f"a member of {name}",
                actual=f"cannot become {name}: requests with that key are refused",
                todo=f"GRANT {name} TO {role.name}",
            )


def _flaw(role: RoleFact, *what: str, expected: str, actual: str, todo: str) -> Finding:
    return difference(
        "role", role.name, *what, where=f"role {role.name}", expected=expected, actual=actual, todo=todo
    )
