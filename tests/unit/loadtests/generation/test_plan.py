import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.generation.plan import Plan, Window, paired_plan, single_plan, stretches
from loadtests.records import Arm

WEIGHTS = {"open_link": 3.0, "book": 1.0}


def a_pair_of(pairs: int = 8, seed: int = 1, round_: int = 0) -> Plan:
    return paired_plan(pairs=pairs, rate_per_s=80, weights=WEIGHTS, seed=seed, round=round_)


ABBABA: tuple[Arm, ...] = ("a", "b", "b", "a", "b", "a")


def orders(plan: Plan) -> list[str]:
    arms = [window.arm for window in plan.windows]
    return ["".join(arms[at : at + 2]) for at in range(0, len(arms), 2)]


def test_each_pair_has_both_arms_with_the_same_arrivals() -> None:
    plan = a_pair_of()
    assert set(orders(plan)) == {"ab", "ba"}
    assert [window.draw for window in plan.windows] == [number // 2 for number in range(16)]


def test_the_order_of_arms_is_a_fair_toss() -> None:
    tosses = orders(a_pair_of(pairs=2000))
    assert 900 < tosses.count("ab") < 1100


def test_the_same_seed_gives_the_identical_plan_and_another_seed_or_round_another() -> None:
    assert a_pair_of() == a_pair_of()
    assert orders(a_pair_of()) != orders(a_pair_of(seed=2))
    assert orders(a_pair_of()) != orders(a_pair_of(round_=1))


def test_a_plan_survives_its_way_to_the_process() -> None:
    plan = a_pair_of()
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_the_hash_tells_plans_apart_and_not_rounds() -> None:
    plan = a_pair_of()
    same = msgspec.structs.replace(plan, round=7)
    assert plan.sha256() == same.sha256()
    for other in (
        msgspec.structs.replace(plan, seed=2),
        msgspec.structs.replace(plan, rate_per_s=81),
        msgspec.structs.replace(plan, windows=plan.windows[:-1]),
        msgspec.structs.replace(plan, weights={"open_link": 1.0}),
    ):
        assert other.sha256() != plan.sha256()


def test_a_single_plan_is_one_stretch_and_a_paired_one_stops_where_the_arm_changes() -> None:
    single = single_plan(windows=5, rate_per_s=80, weights=WEIGHTS, seed=1)
    assert list(stretches(single)) == [(0, 5)]
    windows = tuple(
        Window(index=index, arm=arm, start_s=index, duration_s=1, draw=index // 2)
        for index, arm in enumerate(ABBABA)
    )
    paired = Plan(windows=windows, rate_per_s=80, weights=WEIGHTS, seed=1)
    assert list(stretches(paired)) == [(0, 1), (1, 3), (3, 4), (4, 5), (5, 6)]


@given(st.integers(1, 30), st.integers(0, 1000))
def test_stretches_cover_every_window_once_and_never_mix_arms(pairs: int, seed: int) -> None:
    plan = a_pair_of(pairs=pairs, seed=seed)
    covered = [range(first, end) for first, end in stretches(plan)]
    assert [index for part in covered for index in part] == list(range(2 * pairs))
    assert all(len({plan.windows[index].arm for index in part}) == 1 for part in covered)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"windows": ()}, "without windows"),
        ({"rate_per_s": 0.0}, "above 0"),
        ({"rate_per_s": float("nan")}, "above 0"),
        ({"weights": {}}, "positive"),
        ({"weights": {"book": 0.0}}, "positive"),
        ({"loop": "closed", "users": 0}, "one user"),
        ({"windows": (Window(index=1, arm="a", start_s=0, duration_s=1),)}, "counted from 0"),
        ({"windows": (Window(index=0, arm="a", start_s=0, duration_s=0.2),)}, "nothing to measure"),
    ],
)
def test_what_measures_nothing_is_refused(change: dict[str, object], words: str) -> None:
    fields: dict[str, object] = {
        "windows": (Window(index=0, arm="a", start_s=0, duration_s=1),),
        "rate_per_s": 80.0,
        "weights": WEIGHTS,
        "seed": 1,
    }
    with pytest.raises(ValueError, match=words):
        Plan(**(fields | change))  # type: ignore[arg-type]  # the fields under test are wrong on purpose
