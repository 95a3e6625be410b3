"""The variables with which a user steers their own connections to Postgres."""

from harness.settings import export, inherited

__all__ = ["forget_libpq_variables"]


def forget_libpq_variables() -> None:
    """Remove every PG* variable from this process and from what it starts.

    They mean the user's own servers: PGSSLMODE=require, a PGSERVICE or a search_path in PGOPTIONS would break
    the connections to ours, or change what they see. A URL can overrule only some of them (a service cannot
    be unset there, nor PGTZ), and not every driver understands the parameters for that. Call this only where
    the process talks to the embedded stack's servers: for any other server the variables are right.
    """
    for name in inherited({}):
        if name.startswith("PG") and not name.startswith("PGRST_"):
            export(name, None)
