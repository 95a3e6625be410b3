"""A text that Postgres cannot hold is kept all the same."""

import pytest

from migrations.loading.ledger import _fits, _shown


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff x"])
def test_what_a_text_column_does_not_hold_is_shown_as_its_escape(text: str) -> None:
    shown = _shown(text)
    assert not _fits(text)
    assert shown is not None
    assert _fits(shown)
    assert "\\u" in shown


@pytest.mark.parametrize("text", ["", "é 漢 😀", "\\u0000"])
def test_what_it_holds_stays(text: str) -> None:
    assert _shown(text) == text
