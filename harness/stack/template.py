"""The databases that every clone is copied from: one with roles and schemas only, one with the migrations."""

import hashlib
import time
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from importlib.resources import files
from typing import cast

import psycopg
from psycopg import sql

from harness.errors import StackError
from harness.stack.cluster import SUPERUSER

__all__ = ["EMPTY", "TEMPLATE", "Prepare", "bootstrap", "create_database", "registered_preparation"]

EMPTY = "parity_empty"
TEMPLATE = "parity_template"

Prepare = Callable[[str], str]
"""Applies the migrations to the database of a libpq URL and returns their hash."""


def registered_preparation(dsn: str) -> str:
    """Run the entry points of the group ``harness.template``; returns the hash of their migrations."""
    found = sorted(entry_points(group="harness.template"), key=lambda point: point.name)
    if not found:
        raise StackError(
            "No migrations are registered (entry points of group harness.template): the template would be "
            "empty. Reinstall parity-harness."
        )
    hashes = [cast("Prepare", point.load())(dsn) for point in found]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def bootstrap(
    uri: Callable[[str, str], str], *, initial_password: str, passwords: Mapping[str, str], prepare: Prepare
) -> str:
    """Create the roles and both databases in a fresh cluster; returns the migrations hash.

    A cluster that comes with Supabase's roles comes with the rest in its database ``postgres``, too: that is
    copied as it is. `uri` gives the libpq URL for a role and a database; `passwords` are set per role; until
    then the superuser's is `initial_password`.
    """
    fresh = uri(SUPERUSER, "postgres")
    with psycopg.connect(fresh, password=initial_password, autocommit=True) as cluster:
        is_complete = cluster.execute(_HAS_ROLES).fetchone() is not None
        if not is_complete:
            cluster.execute(_script("roles.sql"))
        for role, password in passwords.items():
            cluster.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
            )
        if is_complete:
            _copy_in_use(cluster, EMPTY, "postgres")
        else:
            create_database(cluster, EMPTY, "template1")
            with psycopg.connect(uri(SUPERUSER, EMPTY), autocommit=True) as database:
                database.execute(_script("database.sql"))
        _seal(cluster, EMPTY)
        create_database(cluster, TEMPLATE, EMPTY)
        migrations_hash = prepare(uri("postgres", TEMPLATE))
        _seal(cluster, TEMPLATE)
    return migrations_hash


_HAS_ROLES = "SELECT FROM pg_roles WHERE rolname = 'service_role'"
_DISCONNECT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid()
"""
_QUIET_S = 30.0
_COPY_SETTINGS = """
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT (SELECT oid FROM pg_database WHERE datname = %(name)s), setrole, array_agg(setting)
FROM (
    SELECT DISTINCT ON (setrole, split_part(setting, '=', 1)) setrole, setting
    FROM pg_db_role_setting
    JOIN pg_database AS source ON source.oid = setdatabase
    CROSS JOIN unnest(setconfig) AS setting
    WHERE source.datname IN (%(template)s, 'postgres')
    ORDER BY setrole, split_part(setting, '=', 1), source.datname = %(template)s DESC
) AS chosen
GROUP BY setrole
"""
"""Written to the catalog itself: ALTER DATABASE SET would need lists, as search_path's, taken apart."""


def create_database(cluster: psycopg.Connection, name: str, template: str) -> None:
    """Copy a database, its settings, and those of ``postgres``, which is a hosted project's only database.

    FILE_COPY takes 40-70 ms where the default, through the log, takes longer.
    """
    cluster.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER postgres STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    # CREATE DATABASE leaves behind what ALTER DATABASE SET said about the template.
    cluster.execute(_COPY_SETTINGS, {"name": name, "template": template})


def _copy_in_use(cluster: psycopg.Connection, name: str, template: str) -> None:
    """Copy a database that background workers of Supabase's image connect to again and again."""
    deadline = time.monotonic() + _QUIET_S
    while True:
        cluster.execute(_DISCONNECT, [template])
        try:
            return create_database(cluster, name, template)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise


def _seal(cluster: psycopg.Connection, name: str) -> None:
    # A template that nobody can connect to can always be copied, and never changes.
    cluster.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
    cluster.execute(_DISCONNECT, [name])


def _script(name: str) -> bytes:
    return files("harness.stack").joinpath("sql", name).read_bytes()
