"""Dropping a database whose owner died."""

import contextlib

import psycopg
from psycopg import sql

__all__ = ["drop"]

_CONNECT_S = 3


def drop(database: str, admin_uri: str) -> None:
    """Drop a database, if its server still answers: if Postgres is gone, so is the database."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(admin_uri, autocommit=True, connect_timeout=_CONNECT_S) as cluster,
    ):
        cluster.execute(statement)
