"""The verdict on the capacity follows from what was shown at the demanded rate, and from nothing else."""

import pytest

from loadtests.runs.bisection import Found, Held, Probed
from loadtests.runs.capacity import bracket, judged
from loadtests.verdicts import Verdict


def _found(**probes: Held) -> Found:
    return Found(tuple(Probed(float(name[1:]), held, f"said at {name}") for name, held in probes.items()))


@pytest.mark.parametrize(
    ("found", "verdict", "said"),
    [
        (_found(r100=Held.HOLDS, r200=Held.FAILS), Verdict.PASS, "Between 100 and 200 requests per second"),
        (_found(r100=Held.HOLDS), Verdict.PASS, "At least 100 requests per second"),
        (_found(r100=Held.FAILS, r50=Held.HOLDS), Verdict.REGRESSED, "said at r100. Carried are between 50"),
        (_found(r100=Held.FAILS, r5=Held.FAILS), Verdict.REGRESSED, "less than 5 requests per second"),
        (_found(r100=Held.MIXED, r50=Held.HOLDS), Verdict.INCONCLUSIVE, "by some probes only"),
        (_found(r100=Held.LIMITED, r50=Held.HOLDS), Verdict.INVALID, "could not be offered: said at r100"),
        (_found(r100=Held.HOLDS, r80=Held.FAILS), Verdict.INVALID, "contradict each other"),
        (
            _found(r100=Held.HOLDS, r200=Held.LIMITED),
            Verdict.PASS,
            "At 200/s the generator was the limit.",
        ),
    ],
)
def test_the_demanded_rate_decides(found: Found, verdict: Verdict, said: str) -> None:
    judgement = judged(found, "memory", 100.0, 500)
    assert (judgement.verdict, judgement.decides) == (verdict, True)
    assert said in judgement.reason


def test_a_repetition_that_the_generator_lost_takes_no_pass_back() -> None:
    found = Found((Probed(100.0, Held.HOLDS, ""), Probed(100.0, Held.LIMITED, "late")))
    judgement = judged(found, "memory", 100.0, 500)
    assert (judgement.verdict, judgement.low) == (Verdict.PASS, 100.0)


def test_a_pass_shows_its_numbers() -> None:
    judgement = judged(_found(r100=Held.HOLDS, r200=Held.FAILS), "memory", 100.0, 500)
    assert (judgement.low, judgement.high, judgement.allowed) == (100.0, 200.0, 100.0)


def test_without_a_demand_nothing_is_decided() -> None:
    judgement = judged(_found(r100=Held.HOLDS, r200=Held.FAILS), "memory", None, 500)
    assert not judgement.decides
    assert judgement.verdict is not Verdict.PASS


def test_the_bracket_is_said_with_both_ends() -> None:
    assert bracket(_found(r100=Held.HOLDS, r110=Held.MIXED, r120=Held.FAILS)) == (
        "between 100 and 120 requests per second"
    )
    assert bracket(_found(r100=Held.LIMITED)).startswith("not known")
