"""The whole contract on this project's store."""

from typing import Any

import psycopg
import pytest
from own_store import OwnStore
from parity import empty

from contracts.subjects import Rows
from contracts.suite import ContractSuite


class TestParity(ContractSuite):
    """Every case of the contract."""

    @pytest.fixture
    def open_store(self, database_url: str, owner: "psycopg.Connection[tuple[Any, ...]]") -> Rows:
        """Begin with empty tables, and open clients on them."""
        empty(owner)
        return Rows(open=lambda: OwnStore(database_url), empty=lambda: empty(owner))
