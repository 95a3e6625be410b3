"""In which order the files run."""

import pytest

_LONGEST = ("example_app/", "contracts/test_own_store.py", "contracts/", "migrations/loading/test_kills.py")


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take a minute first: one that begins last leaves the other worker idle."""
    items.sort(key=lambda item: next((at for at, part in enumerate(_LONGEST) if part in item.nodeid), 99))
