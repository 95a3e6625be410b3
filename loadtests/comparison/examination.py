"""Each endpoint alone, on both servers, before anything is measured: are the answers right, at which cost?"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from loadtests.comparison.rounds import Examined
from loadtests.comparison.servers import ApiServer
from loadtests.records import Arm
from loadtests.scenarios.functional import FunctionalResult, differences, examine
from loadtests.scenarios.wire import sending
from loadtests.scenarios.workload import ScenarioSpec, open_workload
from loadtests.verdicts import Judgement, Verdict

__all__ = ["answers", "examination", "unlike"]


def examination(
    spec: ScenarioSpec,
    comparison: Literal["across", "within"],
    names: Mapping[Arm, str],
    servers: Mapping[Arm, ApiServer],
) -> Examined:
    """Examine both servers, one after the other; `names` say in judgements which one is meant.

    Two versions in one mode may answer differently, as long as each is right; two modes may not.
    """
    results: dict[Arm, FunctionalResult] = {}
    for arm, server in servers.items():
        # What is measured later on the same database has a mark of its own.
        alone = msgspec.structs.replace(spec, run=f"{spec.run}e")
        workload = open_workload(alone, arm=arm, worker=0, workers=1)
        with sending(server.host) as send:
            results[arm] = examine(send, workload, server.round_trips)
    judgements = [
        one
        for arm, result in results.items()
        for one in answers(names[arm], result, is_base=comparison == "within" and arm == "a")
    ]
    if comparison == "across":
        judgements += unlike(results["a"], results["b"])
    return Examined(
        judgements=tuple(judgements), trips={arm: result.round_trips for arm, result in results.items()}
    )


def answers(subject: str, result: FunctionalResult, *, is_base: bool = False) -> tuple[Judgement, ...]:
    """Of each endpoint: right, wrong in what, or never reached because of another one.

    What is wrong in the base is no regression of the candidate, which may well have corrected it: INVALID.
    """
    wrong: dict[str, list[str]] = {}
    for name, problem in result.problems:
        wrong.setdefault(name, []).append(problem)
    found = (
        _judgement(name, subject, one.calls, _told(wrong.get(name, [])))
        for name, one in result.endpoints.items()
    )
    return tuple(
        msgspec.structs.replace(one, verdict=Verdict.INVALID)
        if is_base and one.verdict is Verdict.REGRESSED
        else one
        for one in found
    )


def unlike(memory: FunctionalResult, supabase: FunctionalResult) -> tuple[Judgement, ...]:
    """Of each endpoint whose answers differ in shape between the modes: how."""
    return tuple(
        _judgement(
            name, "supabase - memory", memory.endpoints[name].calls, f"the answers differ: {difference}"
        )
        for name, difference in differences(memory, supabase)
    )


def _judgement(endpoint: str, subject: str, calls: int, problem: str | None) -> Judgement:
    return Judgement(
        endpoint=endpoint,
        subject=subject,
        metric="answers",
        verdict=_verdict(calls, problem),
        decides=True,
        unit="count",
        allowed=None,
        estimate=None,
        low=None,
        high=None,
        rounds=1,
        samples=calls,
        reason=(
            f"Each of {calls} answers was right."
            if problem is None
            else f"{problem}. Nothing was measured: correct it first; see harness load check."
        ),
    )


def _verdict(calls: int, problem: str | None) -> Verdict:
    """An endpoint that was never called is not said to be wrong: what keeps it from being called is."""
    if not calls:
        return Verdict.INVALID
    return Verdict.PASS if problem is None else Verdict.REGRESSED


def _told(problems: list[str]) -> str | None:
    if not problems:
        return None
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"
