"""Recordings that several tests judge; they are made once."""

import pytest

from loadtests.records import Recording
from tests.load_model import Machine, Plan, simulated

QUIET = Machine(stalls_per_s=0.0)


@pytest.fixture(scope="session")
def within() -> Recording:
    """Two equal servers in supabase mode, five rounds."""
    return simulated(1, Plan(rounds=5, windows=8), QUIET)


@pytest.fixture(scope="session")
def across() -> Recording:
    """Memory and supabase, five rounds."""
    return simulated(2, Plan(rounds=5, windows=8, modes=("memory", "supabase")), QUIET)
