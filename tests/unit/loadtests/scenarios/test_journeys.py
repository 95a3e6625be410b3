"""The journeys make the requests that the mix counts on."""

import random
from collections import Counter

import pytest

from loadtests.scenarios.call import Send, one_by_one
from loadtests.scenarios.endpoints import DESCRIPTIONS
from loadtests.scenarios.journeys import JOURNEYS, LEAST_SHARE, Journey, mix
from tests.unit.loadtests.scenarios.conftest import Open

WALKS = 20


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.name)
def test_a_journey_makes_the_expected_requests(send: Send, opened: Open, journey: Journey) -> None:
    workload = opened(rows=0)
    # So many due jobs that no worker comes for nothing, and requests to look at.
    workload.prepare({"claim_jobs": WALKS, "update_request": 4}, one_by_one(send))
    chance = random.Random(1)  # noqa: S311  # repeatable on purpose
    asked: Counter[str] = Counter()
    hoped: dict[float, list[bool]] = {}

    def happens(share: float) -> bool:
        outcomes = hoped.setdefault(share, [])
        if not outcomes:  # exactly the share of each twenty, in any order
            outcomes += [n < round(share * 20) for n in range(20)]
            chance.shuffle(outcomes)
        return outcomes.pop()

    for number in range(WALKS):
        for ask in journey.steps(workload.asks, number, happens):
            asked[ask.endpoint] += 1
            call = workload.implementation.call(ask)
            assert call.check(send(call)) is None
    assert dict(asked) == pytest.approx({name: share * WALKS for name, share in journey.requests.items()})


def test_the_mix_is_the_sum_of_the_journeys() -> None:
    shares = mix(DESCRIPTIONS)
    assert shares.keys() == DESCRIPTIONS.keys() - {"delete_request"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["open_link"] == pytest.approx(2 * shares["create_request"])
    assert shares["complete_job"] == pytest.approx(1.8 * shares["claim_jobs"])


def test_no_endpoint_of_the_mix_is_too_rare_to_be_judged() -> None:
    shares = mix(DESCRIPTIONS)
    assert shares["cancel"] == shares["redeliver_webhook"] == pytest.approx(LEAST_SHARE)
    assert min(shares.values()) == pytest.approx(LEAST_SHARE)


def test_a_part_of_the_mix_adds_up_too() -> None:
    assert mix(["health", "open_link"]) == pytest.approx({"health": 0.2, "open_link": 0.8})
