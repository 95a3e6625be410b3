"""Every row that is read is in exactly one heap, or the copy stops."""

import polars as pl
import pytest

from harness.models import ENTITIES
from migrations.loading.account import Account, AccountingError, total
from migrations.loading.work import Prepared
from migrations.sources.segment import Refused, Segment


def account(**changes: int) -> Account:
    return Account(
        table="bookings",
        **{"number": 0, "read": 6, "inserted": 3, "identical": 2, "quarantined": 1, **changes},
    )


def test_heaps_that_add_up_are_accepted() -> None:
    assert account().checked() == account()


@pytest.mark.parametrize("heap", ["read", "inserted", "identical", "quarantined"])
def test_a_row_too_many_in_any_heap_is_an_error(heap: str) -> None:
    with pytest.raises(AccountingError, match="does not add up"):
        account(**{heap: 9}).checked()


def test_segments_are_summed() -> None:
    summed = total("bookings", [account(), account(number=1)])
    assert (summed.read, summed.inserted, summed.identical, summed.quarantined) == (12, 6, 4, 2)


def refusal(position: int, rule: str = "nul") -> Refused:
    return Refused(
        table="bookings",
        position=position,
        key=None,
        column=None,
        rule=rule,
        reason="",
        sqlstate=None,
        raw="",
    )


def prepared(rows: int, *refused: Refused) -> Prepared:
    return Prepared(
        segment=Segment(table="bookings", number=0, first=0, rows=3),
        entity=ENTITIES["bookings"],
        rows=pl.DataFrame({"id": ["x"] * rows}),
        refused=refused,
        digest="",
    )


def test_a_row_with_two_reasons_is_one_row() -> None:
    assert prepared(2, refusal(1), refusal(1, "naive_time")).checked().rows.height == 2


def test_a_row_that_its_reader_lost_is_an_error() -> None:
    with pytest.raises(AccountingError, match="3 rows, but 1 were read and 1 refused"):
        prepared(1, refusal(1)).checked()
