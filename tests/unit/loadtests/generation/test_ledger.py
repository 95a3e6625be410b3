import numpy as np
import pytest
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it ships no types
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generation.histograms import add, encode
from loadtests.generation.ledger import TIMEOUT, Ledger, Taken, merge
from loadtests.generation.plan import Plan, Window
from loadtests.records import EndpointRecord, WindowRecord

PLAN = Plan(
    windows=(
        Window(index=0, arm="a", start_s=0, duration_s=1),
        Window(index=1, arm="a", start_s=1, duration_s=1),
    ),
    rate_per_s=10,
    weights={"book": 1, "open_link": 1},
    seed=1,
    round=4,
)
BOOK, LINK = 0, 1


def write(
    ledger: Ledger,
    window: int,
    endpoint: int,
    due: float,
    *,
    lag: float = 0,
    wait: float = 0,
    takes: float = 0.01,
) -> int:
    number = ledger.open(window, endpoint, due)
    ledger.ready[number] = due + lag
    ledger.started[number] = due + lag + wait
    ledger.ended[number] = due + lag + wait + takes
    return number


def records(ledger: Ledger) -> list[WindowRecord]:
    taken = [Taken(begun=0, epoch=1000, cpu=0.25), Taken(begun=1, epoch=1001, cpu=0.5)]
    return list(ledger.records(PLAN, PLAN.windows, taken))


def values(histogram: str) -> list[tuple[int, int]]:
    decoded = HdrHistogram.decode(histogram)
    return [
        (item.value_iterated_to, item.count_at_value_iterated_to) for item in decoded.get_recorded_iterator()
    ]


def test_latency_counts_from_when_it_was_due_and_service_from_the_real_start() -> None:
    ledger = Ledger()
    write(ledger, 0, BOOK, 0.5, lag=0.001, wait=0.2, takes=0.01)
    record = records(ledger)[0]
    assert values(record.endpoints["book"].latency) == [(211_071, 1)]
    assert values(record.endpoints["book"].service) == [(10_007, 1)]  # the end of its bucket
    assert values(record.lag) == [(1_000, 1)]


def test_what_is_due_in_a_border_is_counted_and_checked_but_in_no_histogram() -> None:
    ledger = Ledger()
    write(ledger, 0, BOOK, 0.05)
    ledger.errors[write(ledger, 0, BOOK, 0.95)] = "status 500"
    write(ledger, 0, BOOK, 0.5)
    record = records(ledger)[0]
    book = record.endpoints["book"]
    assert (book.requests, book.in_borders, book.errors) == (1, 2, {"status 500": 1})
    assert HdrHistogram.decode(book.latency).get_total_count() == 1
    assert (record.offered, record.achieved) == (1, 1)


def test_every_endpoint_of_the_plan_is_there_even_without_requests() -> None:
    ledger = Ledger()
    write(ledger, 0, BOOK, 0.5)
    record = records(ledger)[0]
    assert record.endpoints["open_link"].requests == 0
    assert values(record.endpoints["open_link"].latency) == []


def test_requests_belong_to_the_window_in_which_they_were_due() -> None:
    ledger = Ledger()
    write(ledger, 0, BOOK, 0.8, takes=0.9)
    write(ledger, 1, LINK, 1.5)
    first, second = records(ledger)
    assert (first.endpoints["book"].requests, first.endpoints["open_link"].requests) == (1, 0)
    assert (second.endpoints["book"].requests, second.endpoints["open_link"].requests) == (0, 1)
    assert (first.round, first.index, second.index) == (4, 0, 1)
    assert (first.begun_at, second.begun_at) == (1000.1, 1001.1)
    assert first.duration_s == pytest.approx(0.8)


def test_late_unsent_and_timed_out_requests_are_not_achieved() -> None:
    ledger = Ledger()
    write(ledger, 0, BOOK, 0.3)
    write(ledger, 0, BOOK, 0.4, lag=0.2)
    ledger.errors[write(ledger, 0, BOOK, 0.5, takes=30)] = TIMEOUT
    ledger.open(0, BOOK, 0.6)
    record = records(ledger)[0]
    assert (record.offered, record.achieved) == (4, 1)
    assert record.endpoints["book"].requests == 3
    assert not record.complete  # one was never sent


def test_wrong_answers_are_in_the_histogram_and_among_the_errors() -> None:
    ledger = Ledger()
    ledger.errors[write(ledger, 0, BOOK, 0.5)] = "other text"
    record = records(ledger)[0]
    assert record.endpoints["book"].requests == 1
    assert record.endpoints["book"].errors == {"other text": 1}
    assert HdrHistogram.decode(record.endpoints["book"].latency).get_total_count() == 1


def test_windows_of_several_workers_add_up() -> None:
    one, other = Ledger(), Ledger()
    write(one, 0, BOOK, 0.5, takes=0.01)
    one.errors[write(one, 0, BOOK, 0.6, takes=0.02)] = "status 500"
    other.errors[write(other, 0, BOOK, 0.05, takes=0.03)] = "status 500"
    write(other, 0, LINK, 0.7, takes=0.04)
    parts = [records(one)[0], records(other)[0]]
    merged = merge(parts)
    assert (merged.offered, merged.achieved) == (3, 3)
    book = merged.endpoints["book"]
    assert (book.requests, book.in_borders, book.errors) == (2, 1, {"status 500": 2})
    assert [count for _, count in values(book.latency)] == [1, 1]
    assert merged.endpoints["open_link"].requests == 1
    assert merged.complete


def test_the_busiest_worker_and_the_cut_one_stand_for_all() -> None:
    ledger = Ledger()
    calm, busy = (
        next(ledger.records(PLAN, PLAN.windows[:1], [Taken(begun=0, epoch=1000, cpu=cpu, whole=whole)]))
        for cpu, whole in ((0.1, True), (0.9, False))
    )
    assert merge([calm, busy]).generator_cpu == 0.9
    assert not merge([calm, busy]).complete


def test_parts_of_different_windows_are_not_merged() -> None:
    first, second = records(Ledger())
    with pytest.raises(ValueError, match="different windows"):
        merge([first, second])


DURATIONS = st.lists(st.floats(0, 200), max_size=50)


@given(st.lists(DURATIONS, min_size=1, max_size=4))
def test_added_histograms_are_the_histogram_of_everything(parts: list[list[float]]) -> None:
    together = [value for part in parts for value in part]
    assert add(encode(np.array(part)) for part in parts) == encode(np.array(together))


@given(DURATIONS)
def test_a_histogram_keeps_every_duration_to_three_digits(durations: list[float]) -> None:
    decoded = HdrHistogram.decode(encode(np.array(durations)))
    assert decoded.get_total_count() == len(durations)
    if durations:
        highest = min(max(1, round(max(durations) * 1e6)), 120_000_000)
        assert decoded.get_max_value() == pytest.approx(highest, rel=1e-3, abs=1)


def test_an_endpoint_record_without_borders_can_be_read() -> None:
    empty = encode(np.array([]))
    assert EndpointRecord(requests=0, errors={}, latency=empty, service=empty).in_borders == 0
