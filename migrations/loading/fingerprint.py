"""One number for a set of rows, computed by the server that has them.

``sum(hash_record_extended(row, 0))`` would be linear in the columns: values
that two rows swap leave the sum as it was. Hashing the hash once more mixes
it before it is summed.
"""

from psycopg import sql

__all__ = ["fingerprint_of"]


def fingerprint_of(alias: str) -> sql.Composed:
    """An aggregate over the rows of `alias`: numeric, 0 for no row; those of disjoint sets add up."""
    return sql.SQL("coalesce(sum(hashint8extended(hash_record_extended({row}.*, 0), 1)), 0)").format(
        row=sql.Identifier(alias)
    )
