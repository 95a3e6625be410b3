"""Margins that this machine cannot hold are refused: to judge by them would be a guess."""

from collections.abc import Mapping, Sequence

import msgspec

from harness.settings import DbMode
from harness.settings.budgets import Budgets
from loadtests.budgeting.calibration import Calibration, unholdable
from loadtests.budgeting.timing import RATIO
from loadtests.comparison.schedule import PROFILES, Profile
from loadtests.verdicts import Judgement, Verdict

__all__ = ["applies", "refused"]


def applies(calibration: Calibration, profile: Profile) -> bool:
    """True if it says something about comparisons of this profile at this rate.

    With other numbers of rounds than the profile has, only one that was made with as many.
    """
    is_usual = profile.rounds == PROFILES[profile.name].rounds
    return (
        calibration.profile == profile.name
        and calibration.rate_per_s == profile.rate_per_s
        and (is_usual or calibration.rounds == profile.rounds)
    )


def refused(
    judgements: Sequence[Judgement],
    budgets: Budgets,
    calibrations: Mapping[DbMode, Calibration],
) -> tuple[Judgement, ...]:
    """The judgements, with INVALID for each ratio that is less than what the machine has been seen to hold.

    A regression that was shown stays one.
    """
    found = {
        key: said
        for calibration in calibrations.values()
        for key, said in unholdable(budgets, calibration).items()
    }
    return tuple(
        msgspec.structs.replace(one, verdict=Verdict.INVALID, reason=found[one.endpoint, one.metric])
        if one.decides
        and one.subject == RATIO
        and one.verdict is not Verdict.REGRESSED
        and (one.endpoint, one.metric) in found
        else one
        for one in judgements
    )
