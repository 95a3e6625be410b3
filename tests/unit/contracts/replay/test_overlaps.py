"""Which calls ran at the same time."""

from contracts.replay.overlaps import Overlaps


def test_writes_that_overlap_on_either_side() -> None:
    #        0        1  2      3        4
    starts = [0, 5, 6, 20, 30]
    ends = [10, 8, 40, 25, 31]
    writes = [True, False, True, False, True]
    overlaps = Overlaps(starts, ends, writes)
    assert [sorted(overlaps.next()) for _ in starts] == [[2], [0, 2], [0, 4], [2], [2]]


def test_one_that_begins_when_another_ends_does_not_overlap() -> None:
    overlaps = Overlaps([0, 5, 9], [5, 9, 12], [True, True, True])
    assert [overlaps.next() for _ in range(3)] == [[], [], []]
