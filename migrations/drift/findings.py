"""How a difference of the schema becomes a finding."""

from psycopg import sql

from harness.models.outcome import Finding

__all__ = ["MISSING", "difference", "quoted"]

MISSING = "missing"


def difference(*id_parts: str, where: str, expected: str, actual: str = MISSING, todo: str) -> Finding:
    """Return a finding of level core; its message is one sentence that names the object and what to do."""
    state = "Missing" if actual == MISSING else "Not as the models say"
    return Finding(
        id=".".join(id_parts),
        level="core",
        where=where,
        expected=expected,
        actual=actual,
        message=f"{state}: {where}; {todo}.",
    )


def quoted(name: str) -> str:
    """Return a name as it stands in a statement: that of a policy is often a sentence."""
    return sql.Identifier(name).as_string(None)
