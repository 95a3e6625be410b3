"""A workload makes the calls that were planned, the same for both arms, and disjoint for workers."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from harness.settings.api import Api, EndpointTable
from loadtests.errors import LoadError
from loadtests.scenarios.call import Answer, Call, OutOfSubjects, Send, one_by_one
from loadtests.scenarios.workload import ScenarioSpec
from tests.unit.loadtests.scenarios.conftest import Open

EACH = 3


def test_every_endpoint_answers_rightly_as_often_as_was_planned(send: Send, opened: Open) -> None:
    workload = opened()
    workload.prepare(dict.fromkeys(workload.endpoints, EACH), one_by_one(send))
    for endpoint in workload.endpoints:
        for _ in range(EACH):
            call = workload.next(endpoint)
            assert call.endpoint == endpoint
            assert call.check(send(call)) is None


@pytest.mark.parametrize(
    "endpoint", ["book", "reschedule", "cancel", "claim_jobs", "complete_job", "fail_job"]
)
def test_what_is_used_up_is_never_used_again(send: Send, opened: Open, endpoint: str) -> None:
    workload = opened()
    workload.prepare({endpoint: EACH}, one_by_one(send))
    calls = [workload.next(endpoint) for _ in range(EACH)]
    assert len({(call.path, call.body) for call in calls}) == (1 if endpoint == "claim_jobs" else EACH)
    with pytest.raises(OutOfSubjects, match=endpoint):
        workload.next(endpoint)


def test_what_is_prepared_later_comes_on_top(send: Send, opened: Open) -> None:
    workload = opened()
    workload.prepare({"book": 1, "claim_jobs": 1}, one_by_one(send))
    workload.prepare({"book": 1, "claim_jobs": 1}, one_by_one(send))
    for endpoint in ("book", "book", "claim_jobs", "claim_jobs"):
        call = workload.next(endpoint)
        assert call.check(send(call)) is None


def test_what_is_needed_later_only_is_made_then(send: Send, opened: Open) -> None:
    workload = opened(rows=1)
    workload.prepare({"health": 1}, one_by_one(send))
    workload.prepare({"update_request": 1, "get_request": 1}, one_by_one(send))
    for endpoint in ("update_request", "get_request"):
        call = workload.next(endpoint)
        assert call.check(send(call)) is None


def test_headers_are_the_same_in_any_case(opened: Open, api: Api) -> None:
    table = EndpointTable(headers={"accept": "application/vnd.x+json", "AUTHORIZATION": "none"})
    call = opened(api=replace(api, endpoints={"ops_summary": table})).next("ops_summary")
    assert call.headers == {"accept": "application/vnd.x+json", "AUTHORIZATION": "none"}


def test_preparation_sends_few_batches(send: Send, opened: Open) -> None:
    workload = opened(rows=120)
    sizes = []

    def many(calls: Sequence[Call]) -> list[Answer]:
        sizes.append(len(calls))
        return [send(call) for call in calls]

    workload.prepare(dict.fromkeys(workload.endpoints, EACH), many)
    assert max(sizes) == 120
    assert len(sizes) <= 8


def test_both_arms_make_the_same_calls(send: Send, opened: Open) -> None:
    made = {}
    for arm in ("a", "b"):
        workload = opened(arm=arm)
        calls = [workload.next(name) for name in ("create_request", "receive_webhook") for _ in range(20)]
        made[arm] = [
            (call.method, call.path, (call.body or b"").replace(f"-{arm}0".encode(), b"-x0"))
            for call in calls
        ]
        # No arm's rows are taken for the other's, even in one database.
        workload.prepare({"receive_webhook": 1, "redeliver_webhook": 5, "book": 2}, one_by_one(send))
    assert made["a"] == made["b"]


def test_another_seed_makes_other_calls(opened: Open) -> None:
    assert opened(seed=1).next("create_request").body != opened(seed=2).next("create_request").body


def test_workers_share_no_subject(send: Send, opened: Open) -> None:
    seen: set[str] = set()
    for worker in range(2):
        workload = opened(worker=worker, workers=2)
        workload.prepare({"book": EACH, "reschedule": EACH, "get_request": EACH}, one_by_one(send))
        paths = {workload.next(name).path for name in ("book", "reschedule", "get_request") for _ in range(2)}
        assert not paths & seen
        seen |= paths


def test_workers_share_the_rows_of_the_lists(send: Send, opened: Open) -> None:
    workload = opened(rows=10, workers=3, worker=2)
    workload.prepare({"list_requests": 1}, one_by_one(send))
    assert workload.ledger.standing == 4


def test_without_a_need_only_the_rows_are_made(send: Send, opened: Open) -> None:
    workload = opened(rows=3)
    workload.prepare({}, one_by_one(send))
    assert len(workload.ledger.created.requests) == 3
    assert not workload.ledger.created.events


def test_the_shares_of_the_mix_add_up(opened: Open) -> None:
    workload = opened()
    assert set(workload.weights) == set(workload.endpoints)
    assert sum(workload.weights.values()) == pytest.approx(1)


def test_a_refusal_is_told_with_the_answer(opened: Open) -> None:
    def refuse(calls: Sequence[Call]) -> list[Answer]:
        return [Answer(401, {}, b'{"error": "no key"}') for _ in calls]

    with pytest.raises(
        LoadError, match=r"create_request: status 401\. POST /api/scheduling-requests .*no key"
    ):
        opened().prepare({"book": 1}, refuse)


def test_a_server_that_does_not_answer_is_told(opened: Open) -> None:
    def fall_silent(_: Sequence[Call]) -> list[Answer]:
        raise ConnectionRefusedError

    with pytest.raises(
        LoadError, match=r"did not answer POST /api/scheduling-requests .*ConnectionRefusedError"
    ):
        opened().prepare({"book": 1}, fall_silent)


def test_jobs_of_others_are_not_claimed(opened: Open) -> None:
    workload = opened(owns_data=False)
    assert {"claim_jobs", "complete_job", "fail_job"} <= workload.left_out.keys()
    assert "jobs that others wait for" in workload.left_out["claim_jobs"]


def test_nothing_is_signed_without_a_secret(opened: Open, api: Api) -> None:
    workload = opened(api=replace(api, webhook_secret=None))
    assert "ICIMS_WEBHOOK_SECRET" in workload.left_out["receive_webhook"]
    assert "needs receive_webhook" in workload.left_out["claim_jobs"]


def test_what_needs_a_lacking_endpoint_is_left_out_with_the_reason(opened: Open, api: Api) -> None:
    mapped = replace(api, name="staging", endpoints={"book": EndpointTable(lacks="by phone only")})
    left_out = opened(api=mapped).left_out
    assert left_out["book"] == "by phone only"
    assert left_out["cancel"] == "it needs book, which is left out"


def test_a_spec_survives_json(api: Api) -> None:
    spec = ScenarioSpec(api=api, seed=1)
    assert msgspec.json.decode(msgspec.json.encode(spec), type=ScenarioSpec) == spec


def test_a_spec_does_not_show_secrets(api: Api) -> None:
    assert "secret {2}" not in repr(ScenarioSpec(api=api, seed=1))
