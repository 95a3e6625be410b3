"""Did a check use the database that it was given?"""

import contextlib

import httpx
import psycopg

from harness.errors import HarnessError
from harness.stack.coordinates import Coordinates

__all__ = ["is_used"]

_TIMEOUT_S = 15.0
# The servers themselves read catalogs only.
_USE_OF_TABLES = """
    SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del), 0)
    FROM pg_stat_user_tables
"""


def is_used(coordinates: Coordinates) -> bool:
    """True if its gateway has got a request, or a table was used directly, since the database was made.

    Raises HarnessError if the gateway cannot say.
    """
    place = f"{coordinates.supabase_url}/_harness/round-trips"
    try:
        with httpx.Client(timeout=_TIMEOUT_S, trust_env=False) as client:
            total = client.get(place).raise_for_status().json()["total"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise HarnessError(
            f"{place} does not count requests: {str(error) or type(error).__name__}."
        ) from error
    return total != 0 or _uses_tables(coordinates.database_url)


def _uses_tables(database_url: str) -> bool:
    # Who cannot be asked proves nothing: then the requests decide.
    with contextlib.suppress(psycopg.Error), psycopg.connect(database_url) as connection:
        row = connection.execute(_USE_OF_TABLES).fetchone()
        return row is not None and row[0] > 0
    return False
