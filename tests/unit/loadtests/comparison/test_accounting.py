"""Round trips that requests explain, and others."""

import pytest

from loadtests.comparison.accounting import unexplained
from loadtests.records import EndpointRecord, WindowRecord

TRIPS = {"book": (2, 2), "get": (1, 1), "health": (0, 0)}


def _window(requests: dict[str, int], counted: int, *, in_borders: int = 0, errors: int = 0) -> WindowRecord:
    return WindowRecord(
        round_trips=counted,
        round=0,
        index=0,
        arm="b",
        begun_at=0.0,
        duration_s=0.8,
        offered=sum(requests.values()),
        achieved=sum(requests.values()),
        lag="",
        generator_cpu=0.1,
        endpoints={
            name: EndpointRecord(
                requests=count,
                in_borders=in_borders,
                errors={"status 500": errors} if errors else {},
                latency="",
                service="",
            )
            for name, count in requests.items()
        },
    )


def test_requests_of_the_borders_count_as_well() -> None:
    windows = [_window({"book": 3, "get": 4, "health": 9}, 14, in_borders=1), _window({"get": 2}, 1)]
    assert unexplained(windows, TRIPS) is None


@pytest.mark.parametrize("counted", [9, 11])
def test_one_round_trip_more_or_less_is_said(counted: int) -> None:
    problem = unexplained([_window({"book": 3, "get": 4}, counted)], TRIPS)
    assert problem is not None
    assert f"made {counted} round trips" in problem
    assert "its 7 requests explain 10" in problem


def test_wrong_answers_may_explain_fewer_and_never_more() -> None:
    assert unexplained([_window({"book": 3, "get": 4}, 8, errors=1)], TRIPS) is None
    assert unexplained([_window({"book": 3, "get": 4}, 11, errors=1)], TRIPS) is not None


def test_calls_that_differ_explain_what_lies_between() -> None:
    assert unexplained([_window({"list": 10}, 15)], {"list": (1, 2)}) is None
    assert "explain 10 to 20" in str(unexplained([_window({"list": 10}, 21)], {"list": (1, 2)}))


def test_an_endpoint_that_was_never_counted_is_named() -> None:
    assert "list, of which the round trips were never counted" in str(
        unexplained([_window({"list": 1}, 1)], TRIPS)
    )


def test_what_a_memory_server_sends_to_its_gateway_is_said() -> None:
    assert "made 1 round trips" in str(unexplained([_window({"health": 5}, 1)], TRIPS))
