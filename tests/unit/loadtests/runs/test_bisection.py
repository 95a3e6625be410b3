"""The search ends, brackets the truth where there is one, and says where there is none."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.runs.bisection import Found, Held, Probed, most_probes, search

_LOWEST, _HIGHEST = 5.0, 2000.0


def _search(
    held: Callable[[float], Held],
    *,
    lowest: float = _LOWEST,
    highest: float = _HIGHEST,
    resolution: float = 0.1,
    demanded: float | None = None,
) -> Found:
    found = search(
        lambda rate: Probed(rate, held(rate), ""),
        lowest=lowest,
        highest=highest,
        resolution=resolution,
        demanded=demanded,
    )
    assert len(found.probed) <= most_probes(lowest, highest, resolution)
    assert all(lowest <= one.rate_per_s <= highest for one in found.probed)
    return found


def _up_to(capacity: float, beyond: Held = Held.FAILS) -> Callable[[float], Held]:
    return lambda rate: Held.HOLDS if rate <= capacity else beyond


_rates = st.floats(_LOWEST, _HIGHEST)


@given(capacity=_rates, resolution=st.floats(0.01, 1.0), demanded=st.none() | _rates)
def test_a_server_with_a_capacity_is_bracketed_to_the_resolution(
    capacity: float, resolution: float, demanded: float | None
) -> None:
    found = _search(_up_to(capacity), resolution=resolution, demanded=demanded)
    assert found.contradiction is None
    assert found.low is not None
    assert found.low <= capacity
    if found.high is None:
        assert found.low == _HIGHEST
    else:
        assert capacity < found.high <= found.low * (1 + resolution) * (1 + 1e-9)


@given(demanded=_rates, capacity=_rates)
def test_the_demanded_rate_is_always_decided(demanded: float, capacity: float) -> None:
    found = _search(_up_to(capacity), demanded=demanded)
    expected = Held.HOLDS if demanded <= capacity else Held.FAILS
    assert {one.held for one in found.at(demanded)} == {expected}


@given(
    answers=st.lists(st.sampled_from(Held), min_size=60, max_size=60),
    demanded=st.none() | _rates,
    resolution=st.floats(0.01, 1.0),
)
def test_whatever_the_probes_say_it_ends_and_claims_only_what_was_seen(
    answers: list[Held], demanded: float | None, resolution: float
) -> None:
    said = iter(answers)
    found = _search(lambda _rate: next(said), demanded=demanded, resolution=resolution)
    held = {
        kind: {one.rate_per_s for one in found.probed if one.held is kind}
        for kind in (Held.HOLDS, Held.FAILS)
    }
    assert found.low is None or found.low in held[Held.HOLDS]
    assert found.high is None or found.high in held[Held.FAILS]
    disagrees = bool(held[Held.HOLDS] & held[Held.FAILS]) or (
        found.low is not None and found.high is not None and found.high < found.low
    )
    assert (found.contradiction is not None) == disagrees


def test_a_server_that_carries_more_than_what_it_failed_is_a_contradiction() -> None:
    found = _search(lambda rate: Held.FAILS if 150 < rate < 200 else Held.HOLDS, highest=2000.0)
    assert found.contradiction is not None
    assert "was not carried, and" in found.contradiction


def test_a_rate_that_is_carried_only_once_is_a_contradiction() -> None:
    seen: list[float] = []

    def held(rate: float) -> Held:
        seen.append(rate)
        return Held.HOLDS if rate <= 50 and seen.count(rate) == 1 else Held.FAILS

    found = _search(held)
    assert found.contradiction is not None
    assert "carried by one probe and not by another" in found.contradiction


def test_no_rate_far_above_the_capacity_is_offered() -> None:
    found = _search(_up_to(50.0))
    assert max(one.rate_per_s for one in found.probed) <= 50.0 * 2 * 1.5


def test_a_server_that_does_not_carry_the_lowest_rate_has_no_lower_bound() -> None:
    found = _search(_up_to(1.0))
    assert (found.low, found.high) == (None, _LOWEST)


@given(capacity=_rates)
def test_what_the_generator_cannot_offer_is_never_a_failure_of_the_server(capacity: float) -> None:
    found = _search(_up_to(capacity, beyond=Held.LIMITED))
    assert found.high is None
    assert found.low is not None
    assert (found.limit is None) == (found.low == _HIGHEST)


@given(capacity=_rates)
def test_a_rate_that_is_sometimes_carried_is_in_neither_bound(capacity: float) -> None:
    def held(rate: float) -> Held:
        return Held.HOLDS if rate <= capacity else Held.MIXED if rate <= 1.3 * capacity else Held.FAILS

    found = _search(held)
    assert found.contradiction is None
    assert found.low is None or found.low <= capacity
    assert found.high is None or found.high > 1.3 * capacity


def test_a_repetition_that_the_generator_lost_takes_nothing_back() -> None:
    held = [Probed(40.0, Held.HOLDS, ""), Probed(40.0, Held.LIMITED, ""), Probed(80.0, Held.LIMITED, "")]
    found = Found(tuple(held))
    assert (found.low, found.high, found.limit) == (40.0, None, 80.0)


@pytest.mark.parametrize(
    ("lowest", "highest", "resolution", "demanded"),
    [(0.0, 10.0, 0.1, None), (10.0, 5.0, 0.1, None), (1.0, 10.0, 0.0, None), (1.0, 10.0, 0.1, 20.0)],
)
def test_a_search_that_makes_no_sense_is_refused(
    lowest: float, highest: float, resolution: float, demanded: float | None
) -> None:
    with pytest.raises(ValueError, match="no rates to search between"):
        search(
            lambda rate: Probed(rate, Held.HOLDS, ""),
            lowest=lowest,
            highest=highest,
            resolution=resolution,
            demanded=demanded,
        )
