from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # it ships no types

from loadtests.generation.arrivals import arrivals, closed_sequences, needs, window_arrivals
from loadtests.generation.plan import Plan, paired_plan, single_plan

WEIGHTS = {"open_link": 3.0, "book": 1.0}


def one_long_window(rate_per_s: float = 100, seconds: float = 50, seed: int = 1) -> Plan:
    return single_plan(windows=1, rate_per_s=rate_per_s, weights=WEIGHTS, seed=seed, window_s=seconds)


def test_gaps_are_exponential() -> None:
    plan = one_long_window()
    gaps = np.diff(window_arrivals(plan, plan.windows[0]).offsets_s)
    assert len(gaps) > 4500
    assert stats.kstest(gaps, stats.expon(scale=1 / 100).cdf).pvalue > 0.01


def test_evenly_spaced_arrivals_would_not_pass_for_exponential_ones() -> None:
    gaps = np.full(4500, 1 / 100)
    assert stats.kstest(gaps, stats.expon(scale=1 / 100).cdf).pvalue < 1e-6


def test_the_number_of_arrivals_varies_between_windows_as_it_must() -> None:
    plan = single_plan(windows=500, rate_per_s=60, weights=WEIGHTS, seed=1)
    counts = np.array([len(window_arrivals(plan, window).offsets_s) for window in plan.windows])
    dispersion = counts.var(ddof=1) / counts.mean()  # 1 for Poisson; 0 for a constant number
    assert counts.mean() == pytest.approx(60, abs=1.5)
    assert 0.8 < dispersion < 1.2


def test_endpoints_come_in_the_proportion_of_their_weights() -> None:
    counts = Counter(arrival.endpoint for arrival in arrivals(one_long_window()))
    assert counts["book"] / counts.total() == pytest.approx(0.25, abs=0.02)


def test_the_same_seed_gives_identical_arrivals() -> None:
    assert list(arrivals(one_long_window())) == list(arrivals(one_long_window()))
    assert list(arrivals(one_long_window())) != list(arrivals(one_long_window(seed=2)))


def test_the_order_in_which_weights_are_named_does_not_matter() -> None:
    swapped = single_plan(windows=1, rate_per_s=100, weights={"book": 1, "open_link": 3}, seed=1, window_s=50)
    assert list(arrivals(swapped)) == list(arrivals(one_long_window()))


def test_both_arms_of_a_pair_get_the_same_requests_at_the_same_offsets() -> None:
    plan = paired_plan(pairs=5, rate_per_s=80, weights=WEIGHTS, seed=3)
    for first, second in zip(plan.windows[::2], plan.windows[1::2], strict=True):
        one, other = window_arrivals(plan, first), window_arrivals(plan, second)
        assert first.arm != second.arm
        assert one.offsets_s.tolist() == other.offsets_s.tolist()
        assert one.endpoints.tolist() == other.endpoints.tolist()
    by_arm = needs(plan)
    assert by_arm["a"] == by_arm["b"]


def test_different_pairs_rounds_and_workers_get_different_arrivals() -> None:
    def offsets(round_: int, pair: int, worker: int) -> tuple[float, ...]:
        plan = paired_plan(pairs=2, rate_per_s=80, weights=WEIGHTS, seed=3, round=round_)
        return tuple(window_arrivals(plan, plan.windows[2 * pair], worker, 2).offsets_s.tolist())

    drawn = {offsets(round_, pair, worker) for round_ in (0, 1) for pair in (0, 1) for worker in (0, 1)}
    assert len(drawn) == 8


def test_workers_share_the_rate() -> None:
    plan = one_long_window()
    shares = [len(window_arrivals(plan, plan.windows[0], worker, 4).offsets_s) for worker in range(4)]
    assert all(1100 < share < 1400 for share in shares)


def test_what_is_due_in_the_borders_is_not_measured() -> None:
    plan = paired_plan(pairs=1, rate_per_s=2000, weights=WEIGHTS, seed=3, border_s=0.2)
    drawn = window_arrivals(plan, plan.windows[0])
    inside = (drawn.offsets_s >= 0.2) & (drawn.offsets_s < 0.8)
    assert drawn.measured.tolist() == inside.tolist()
    assert 0 < inside.sum() < len(inside)


@given(
    rate=st.floats(0.1, 300),
    windows=st.integers(1, 5),
    seed=st.integers(0, 2**63),
    workers=st.integers(1, 4),
    paired=st.booleans(),
)
def test_needs_are_exactly_what_arrives(
    *, rate: float, windows: int, seed: int, workers: int, paired: bool
) -> None:
    if paired:
        plan = paired_plan(pairs=windows, rate_per_s=rate, weights=WEIGHTS, seed=seed)
    else:
        plan = single_plan(windows=windows, rate_per_s=rate, weights=WEIGHTS, seed=seed)
    for worker in range(workers):
        counted = Counter((arrival.arm, arrival.endpoint) for arrival in arrivals(plan, worker, workers))
        asked = needs(plan, worker, workers)
        assert {(arm, name): count for arm in asked for name, count in asked[arm].items() if count} == counted
        assert all(set(asked[arm]) == set(WEIGHTS) for arm in plan.arms)


@given(st.floats(0.1, 500), st.floats(0.3, 3), st.integers(0, 1000))
def test_arrivals_are_sorted_and_inside_of_their_window(rate: float, seconds: float, seed: int) -> None:
    plan = single_plan(windows=1, rate_per_s=rate, weights=WEIGHTS, seed=seed, window_s=seconds)
    offsets = window_arrivals(plan, plan.windows[0]).offsets_s
    assert np.all(np.diff(offsets) >= 0)
    assert np.all((offsets >= 0) & (offsets < seconds))


def test_users_of_a_closed_loop_are_shared_out_and_their_calls_are_needs() -> None:
    plan = single_plan(
        windows=2, rate_per_s=100, weights=WEIGHTS, seed=1, loop="closed", users=5, think_s=0.5
    )
    of_workers = [closed_sequences(plan, plan.windows[0], worker, 2) for worker in range(2)]
    assert [len(users) for users in of_workers] == [3, 2]
    assert all(len(user.endpoints) == 20 for users in of_workers for user in users)
    assert sum(needs(plan, 0, 2)["a"].values()) == 2 * 3 * 20
    thinks = np.concatenate([user.thinks_s for users in of_workers for user in users])
    assert thinks.mean() == pytest.approx(0.5, rel=0.3)


def test_a_users_sequence_does_not_depend_on_who_runs_it() -> None:
    plan = single_plan(windows=1, rate_per_s=100, weights=WEIGHTS, seed=1, loop="closed", users=4)
    alone = closed_sequences(plan, plan.windows[0])
    shared = [closed_sequences(plan, plan.windows[0], worker, 2) for worker in range(2)]
    for user in range(4):
        assert alone[user].endpoints.tolist() == shared[user % 2][user // 2].endpoints.tolist()
