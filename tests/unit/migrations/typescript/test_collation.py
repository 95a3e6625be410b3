"""The order of names: each list is one that ``Intl.Collator("en")`` has sorted."""

import pytest

from migrations.typescript.collation import collation_key


@pytest.mark.parametrize(
    "names",
    [
        ["_a", "-a", ",a", "$", "1a", "a", "a b", "a_", "a_b", "a-b", "a.b", "ab", "B"],
        ["a", "A", "á", "Á", "à", "ä", "aa", "b", "B"],
        ["user_id", "user-id", "userid", "userId", "UserId", "users"],
        ["1", "10", "2", "a1", "a10", "a2"],
        ["o", "ø", "oe", "œ", "of", "p", "ss", "ß", "st"],
    ],
)
def test_names_are_in_the_order_of_the_english_collation(names: list[str]) -> None:
    turned = names[::-1]
    assert sorted(turned, key=collation_key) == names
