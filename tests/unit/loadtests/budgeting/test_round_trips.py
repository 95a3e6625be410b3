"""Totals of the gateway: they are the sum over the requests, or it is said who did something else."""

import msgspec

from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.judge import judge
from loadtests.budgeting.round_trips import surplus
from loadtests.records import Recording, WindowRecord
from loadtests.verdicts import Judgement, Verdict, worst

BUDGETS = Budgets(
    endpoints={
        "open_link": {"supabase": EndpointBudget(p50_ratio=1.5)},
        "book": {"supabase": EndpointBudget(round_trips=1)},
    }
)


def _with_more(recording: Recording, endpoint: str | None, each: int) -> Recording:
    """As if each request of one endpoint (or each window) of arm b had had more round trips under load."""

    def counted(window: WindowRecord) -> WindowRecord:
        if window.arm != "b" or window.round_trips is None:
            return window
        record = window.endpoints.get(endpoint or "")
        more = each if endpoint is None else each * (record.sent if record is not None else 0)
        return msgspec.structs.replace(window, round_trips=window.round_trips + more)

    return msgspec.structs.replace(recording, windows=tuple(counted(one) for one in recording.windows))


def _judged(recording: Recording) -> tuple[Judgement, ...]:
    return judge(recording, BUDGETS, comparison="within", look=1, looks=1)


def test_totals_that_agree_say_nothing(within: Recording) -> None:
    assert surplus(within, "b") is None
    assert worst(_judged(within)) is Verdict.PASS


def test_what_an_endpoint_does_only_under_load_is_attributed_to_it(within: Recording) -> None:
    loaded = _with_more(within, "book", 1)
    found = surplus(loaded, "b")
    assert found is not None
    assert (found.endpoint, found.each) == ("book", 1.0)
    regressed = [one for one in _judged(loaded) if one.decides and one.verdict is Verdict.REGRESSED]
    assert [(one.endpoint, one.metric) for one in regressed] == [("book", "round_trips")]
    assert "+1.00 per request of book under load" in regressed[0].reason


def test_requests_in_flight_between_windows_do_not_hide_it(within: Recording) -> None:
    loaded = _with_more(within, "book", 1)
    windows = list(loaded.windows)
    places = [index for index, window in enumerate(windows) if window.arm == "b"]
    for earlier, later in zip(places[::2], places[1::2], strict=True):
        if windows[earlier].round == windows[later].round:
            for place, moved in ((earlier, -1), (later, 1)):
                count = windows[place].round_trips or 0
                windows[place] = msgspec.structs.replace(windows[place], round_trips=count + moved)
    found = surplus(msgspec.structs.replace(loaded, windows=tuple(windows)), "b")
    assert found is not None
    assert found.endpoint == "book"


def test_an_endpoint_without_a_budget_for_them_makes_the_run_unfit(within: Recording) -> None:
    judged = _judged(_with_more(within, "open_link", 1))
    assert worst(judged) is Verdict.INVALID
    assert any("it looks like open_link" in one.reason for one in judged if one.decides)


def test_what_no_endpoint_explains_makes_the_run_unfit(within: Recording) -> None:
    judged = _judged(_with_more(within, None, 40))
    assert worst(judged) is Verdict.INVALID
    assert any("who else used the stack?" in one.reason for one in judged if one.decides)


def test_wrong_answers_explain_round_trips_that_are_missing(within: Recording) -> None:
    fewer = _with_more(within, None, -1)
    assert surplus(fewer, "b") is not None

    def failed(window: WindowRecord) -> WindowRecord:
        name = next(iter(window.endpoints))
        record = msgspec.structs.replace(window.endpoints[name], errors={"connection": 1})
        return msgspec.structs.replace(window, endpoints={**window.endpoints, name: record})

    excused = msgspec.structs.replace(fewer, windows=tuple(failed(one) for one in fewer.windows))
    assert surplus(excused, "b") is None


def test_serial_counts_that_differ_are_a_regression(within: Recording) -> None:
    trips = {arm: {**counts, "book": (1, 2)} for arm, counts in within.round_trips.items()}
    judged = _judged(msgspec.structs.replace(within, round_trips=trips))
    (one,) = [one for one in judged if one.decides and one.metric == "round_trips"]
    assert one.verdict is Verdict.REGRESSED
    assert "book took 1, 2 round trips, and the budget says 1" in one.reason
