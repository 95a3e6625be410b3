"""What a machine can hold: kept by machine and mode, printed, and refused below."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.calibration import Calibration, Noise
from loadtests.comparison.calibrate import merged, table
from loadtests.comparison.calibration_file import machine, read, stored
from loadtests.comparison.holding import applies, refused
from loadtests.comparison.schedule import PROFILES
from loadtests.verdicts import Judgement, Verdict

NOISE = Noise(
    endpoint="book",
    mode="supabase",
    metric="p50",
    quantile_ms=8.0,
    deviation=0.03,
    rounds=10,
    holdable=1.12,
    excess=1.2,
)
CI = PROFILES["ci"]
CALIBRATION = Calibration(profile="ci", rate_per_s=CI.rate_per_s, rounds=5, noises=(NOISE,))


def _judgement(verdict: Verdict, *, endpoint: str = "book", subject: str = "candidate / base") -> Judgement:
    return Judgement(
        endpoint=endpoint,
        subject=subject,
        metric="p50",
        verdict=verdict,
        decides=True,
        unit="ratio",
        allowed=1.05,
        estimate=1.0,
        low=0.98,
        high=1.02,
        rounds=5,
        samples=100,
        reason="Fine.",
    )


def _allowing(ratio: float) -> Budgets:
    return Budgets(endpoints={"book": {"supabase": EndpointBudget(p50_ratio=ratio)}})


def test_a_margin_below_what_the_machine_holds_is_refused() -> None:
    (one,) = refused([_judgement(Verdict.PASS)], _allowing(1.05), {"supabase": CALIBRATION})
    assert one.verdict is Verdict.INVALID
    assert "p50_ratio = 1.05 of book (supabase) is less than the 1.120" in one.reason


@pytest.mark.parametrize(
    ("judgement", "ratio"),
    [
        (_judgement(Verdict.PASS), 1.15),  # a margin that is held
        (_judgement(Verdict.REGRESSED), 1.05),  # what was shown stays shown
        (_judgement(Verdict.PASS, subject="supabase"), 1.05),  # no ratio
        (_judgement(Verdict.PASS, endpoint="cancel"), 1.05),
    ],
)
def test_everything_else_stays(judgement: Judgement, ratio: float) -> None:
    assert refused([judgement], _allowing(ratio), {"supabase": CALIBRATION}) == (judgement,)


def test_a_calibration_speaks_of_its_own_profile_and_rate() -> None:
    assert applies(CALIBRATION, CI), "also where fewer rounds fitted into the time"
    assert not applies(CALIBRATION, PROFILES["full"])
    assert not applies(CALIBRATION, CI.with_options(rate=10))
    assert not applies(CALIBRATION, CI.with_options(rounds=30))
    assert applies(CALIBRATION, CI.with_options(rounds=5))


def test_calibrations_are_kept_by_machine_and_mode(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    assert read(file).machines == {}
    stored(file, {"supabase": CALIBRATION}, "one")
    stored(file, {"memory": CALIBRATION}, "one")
    stored(file, {"memory": CALIBRATION}, "other")
    assert read(file).machines == {
        "one": {"supabase": CALIBRATION, "memory": CALIBRATION},
        "other": {"memory": CALIBRATION},
    }


def test_another_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text("{}x", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="Remove it, and run harness load calibrate"):
        read(file)


def test_a_machine_is_the_same_each_time() -> None:
    assert machine() == machine()
    assert len(machine()) == 16


def test_suggestions_add_up_and_the_first_goes_first() -> None:
    across = Budgets(
        allowance_ms=12,
        floor_ms=2,
        ratio_floor_ms=0.2,
        endpoints={"book": {"supabase": EndpointBudget(p50_ms=20), "memory": EndpointBudget(p50_ms=3)}},
    )
    within = Budgets(
        floor_ms=0.5,
        endpoints={"book": {"supabase": EndpointBudget(p50_ms=30, p50_ratio=1.1)}},
    )
    both = merged([across, within])
    assert (both.allowance_ms, both.floor_ms, both.ratio_floor_ms) == (12, 2, 0.2)
    assert both.endpoints["book"] == {
        "supabase": EndpointBudget(p50_ms=20, p50_ratio=1.1),
        "memory": EndpointBudget(p50_ms=3),
    }


def test_the_table_says_noise_and_margin() -> None:
    line = table({"supabase": CALIBRATION}, CI).splitlines()[-1]
    assert line.split() == ["book", "supabase", "p50", "8.00", "ms", "3.0%", "x", "1.12"]
