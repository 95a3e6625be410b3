"""Does what the gateways counted agree with the modes that the servers say they run in?"""

from collections.abc import Mapping

from harness.settings import DbMode

__all__ = ["contradiction"]


def contradiction(mode: DbMode, trips: Mapping[str, tuple[int, ...]]) -> str | None:
    """None if single calls went to the database as the mode has it, else what is wrong.

    A server may say that it runs in a mode, and run in the other one. The words go on after its name.
    """
    total = sum(sum(counts) for counts in trips.values())
    if mode == "memory" and total:
        return (
            f"says that it runs in mode memory, but made {total:,} requests to its database when each "
            "endpoint was called once: make it obey DB_MODE."
        )
    if mode == "supabase" and trips and not total:
        return (
            "says that it runs in mode supabase, but made no request to SUPABASE_URL when each endpoint was "
            "called once: make it obey DB_MODE, and use the variables that it is given."
        )
    return None
