"""The whole contract on this project's store."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from own_store import OwnStore
from parity import empty

from contracts.suite import ContractSuite
from harness.adapters.protocol import Store


class TestParity(ContractSuite):
    """Every case of the contract."""

    @pytest.fixture
    def open_store(
        self, database_url: str, owner: "psycopg.Connection[tuple[Any, ...]]"
    ) -> Callable[[], Store]:
        """Begin with empty tables, and open clients on them."""
        empty(owner)
        return lambda: OwnStore(database_url)
