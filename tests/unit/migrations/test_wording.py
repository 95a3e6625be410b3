"""How numbers of rows are said."""

import pytest

from migrations.wording import all_of, counted


@pytest.mark.parametrize(
    ("count", "said", "all_said"),
    [
        (0, "0 rows", "no row"),
        (1, "1 row", "the row"),
        (2, "2 rows", "all 2 rows"),
        (1234, "1,234 rows", "all 1,234 rows"),
    ],
)
def test_singular_plural_and_thousands(count: int, said: str, all_said: str) -> None:
    assert (counted(count), all_of(count)) == (said, all_said)
