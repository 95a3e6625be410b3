"""What a machine can hold: noise of equal servers, margins, and a section that says so."""

from datetime import date
from math import exp
from pathlib import Path

import pytest

from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.parity_toml import parse
from loadtests.budgeting.calibration import calibrated, unholdable
from loadtests.budgeting.judge import judge
from loadtests.budgeting.suggest import as_toml, suggested
from loadtests.records import Recording
from loadtests.statistics.power import power
from loadtests.verdicts import Verdict, worst


def test_noise_is_that_of_the_ratios_of_rounds(within: Recording) -> None:
    calibration = calibrated([within], rounds=8)
    noise = next(one for one in calibration.noises if (one.endpoint, one.metric) == ("open_link", "p50"))
    assert noise.rounds == 5
    assert noise.quantile_ms == pytest.approx(3.3, rel=0.15)
    assert 0.01 < noise.deviation < 0.12
    assert 1.0 < noise.holdable < noise.excess < 1.5
    more = calibrated([within], rounds=16)
    assert more.noises[0].holdable < calibration.noises[0].holdable


def test_rare_endpoints_have_no_noise_of_their_tail(within: Recording) -> None:
    noises = {(one.endpoint, one.metric) for one in calibrated([within], rounds=8).noises}
    assert ("open_link", "p95") in noises
    assert ("cancel", "p95") not in noises


def test_a_margin_that_cannot_be_held_is_named(within: Recording) -> None:
    calibration = calibrated([within], rounds=5)
    wide, narrow = EndpointBudget(p50_ratio=1.5), EndpointBudget(p50_ratio=1.005)
    budgets = Budgets(endpoints={"open_link": {"supabase": wide}, "book": {"supabase": narrow}})
    found = unholdable(budgets, calibration)
    assert list(found) == [("book", "p50")]
    assert "p50_ratio = 1.005 of book (supabase) is less than the" in found["book", "p50"]
    generous = Budgets(ratio_floor_ms=9.0, endpoints=budgets.endpoints)
    assert unholdable(generous, calibration) == {}


def test_two_modes_cannot_be_calibrated_at_once(within: Recording, across: Recording) -> None:
    with pytest.raises(ValueError, match="one is calibrated at a time"):
        calibrated([within, across], rounds=5)
    with pytest.raises(ValueError, match="do not calibrate 2 rounds"):
        calibrated([within], rounds=2)


@pytest.mark.parametrize("comparison", ["within", "across"])
def test_what_is_suggested_is_kept_by_what_it_was_made_of(
    within: Recording, across: Recording, comparison: str
) -> None:
    if comparison == "within":
        recording, budgets = within, suggested([within], "within")
        judged = judge(recording, budgets, comparison="within", look=1, looks=1)
    else:
        recording, budgets = across, suggested([across], "across")
        judged = judge(recording, budgets, comparison="across", look=1, looks=1)
        assert budgets.allowance_ms is not None
    assert not budgets.empty
    assert worst(judged) is Verdict.PASS, [one.reason for one in judged if one.decides]


def test_a_suggested_section_reads_as_what_was_suggested(across: Recording) -> None:
    budgets = suggested([across], "across")
    text = as_toml(budgets)
    read = parse(text, name="parity.toml", directory=Path("/project"), today=date(2026, 7, 1)).budgets
    assert read == budgets


def test_capacity_is_written_as_well() -> None:
    budgets = Budgets(capacity={"supabase": 150.0})
    read = parse(as_toml(budgets), name="p", directory=Path("/project"), today=date(2026, 7, 1)).budgets
    assert read == budgets


def test_suggested_ratios_are_kept_nearly_always(within: Recording) -> None:
    noises = {one.endpoint: one for one in calibrated([within], rounds=5).noises if one.metric == "p50"}
    for name, modes in suggested([within], "within").endpoints.items():
        ratio = modes["supabase"].p50_ratio
        if ratio is not None:
            deviation = noises[name].deviation
            chance = power(ratio - 1, deviation=deviation, rounds=5, level=0.03)
            assert chance > 0.98, (name, ratio, exp(deviation))
