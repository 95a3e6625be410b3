"""What the gateways counted, against the modes that servers say they run in."""

from loadtests.comparison.accounting import contradiction


def test_a_server_that_says_memory_and_asks_a_database_is_contradicted() -> None:
    assert contradiction("memory", {"get": (0, 0)}) is None
    assert "made 2 requests to its database" in str(contradiction("memory", {"get": (1, 1)}))


def test_a_server_that_says_supabase_and_asks_nothing_is_contradicted() -> None:
    assert contradiction("supabase", {"get": (1, 1), "health": (0,)}) is None
    assert "made no request to SUPABASE_URL" in str(contradiction("supabase", {"get": (0, 0)}))
    assert contradiction("supabase", {}) is None, "where nothing was called, nothing is said"
