"""One round of a comparison on real servers: what is recorded of right ones, and said of wrong ones."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from harness.settings import DbMode, Settings
from harness.settings.parity_toml import ParityToml
from harness.stack.embedded import EmbeddedStack
from loadtests.comparison.examination import examination
from loadtests.comparison.preparation import prepare
from loadtests.comparison.rounds import Examined, Round, Setting, run_round
from loadtests.comparison.schedule import Profile
from loadtests.comparison.servers import Launch
from loadtests.records import Arm
from loadtests.verdicts import Verdict

API = Path(__file__).parents[2] / "load_faults" / "api.py"
TINY = Profile(name="ci", rate_per_s=40, pairs=2, window_s=0.6, warm_window_s=0.15, rounds=1, limit_s=None)
MEMORY: Mapping[Arm, DbMode] = {"a": "memory", "b": "memory"}


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    with EmbeddedStack.start(Settings.from_environ()) as stack:
        yield stack


class Bench:
    """Runs single rounds: arm a is right, and arm b has the faults."""

    def __init__(self, stack: EmbeddedStack, place: Path) -> None:
        self._stack = stack
        self._place = place

    def run(self, modes: Mapping[Arm, DbMode], *faults: str, examined: bool = True) -> Round:
        prepared = prepare(ParityToml(directory=self._place), within="memory", base=None, seed=7)
        spec = msgspec.structs.replace(prepared.spec, rows=20)
        right = prepared.arms.launches["a"]
        setting = Setting(
            stack=self._stack,
            launches={arm: self._launch(right, arm, mode, faults) for arm, mode in modes.items()},
            spec=spec,
            weights=prepared.weights,
            profile=TINY,
            seed=7,
            workers=0,
            place=self._place,
        )
        examine = partial(examination, spec, "within", {"a": "right", "b": "wrong"})
        return run_round(setting, 0, trips={}, examine=examine if examined else lambda _: Examined())

    def _launch(self, right: Launch, arm: Arm, mode: DbMode, faults: tuple[str, ...]) -> Launch:
        if arm == "a" or not faults:
            return replace(right, mode=mode)
        return replace(right, mode=mode, command=shlex.join([sys.executable, "-P", str(API), *faults]))


@pytest.fixture
def bench(stack: EmbeddedStack, tmp_path: Path) -> Bench:
    return Bench(stack, tmp_path)


def test_a_right_round_is_recorded_whole_and_its_round_trips_are_explained(bench: Bench) -> None:
    found = bench.run({"a": "memory", "b": "supabase"})
    assert found.faults == ()
    assert found.examined is not None
    assert found.examined.is_right, [one.reason for one in found.examined.judgements]
    trips = found.examined.trips
    arms: tuple[Arm, Arm] = ("a", "b")
    of_arm = {arm: [window for window in found.windows if window.arm == arm] for arm in arms}
    assert [one.offered for one in of_arm["a"]] == [one.offered for one in of_arm["b"]], "the same plan"
    for arm, windows in of_arm.items():
        assert len(windows) == TINY.pairs
        assert all(window.offered > 0 for window in windows)
        assert all(window.achieved == window.offered for window in windows)
        assert not [
            record.errors for window in windows for record in window.endpoints.values() if record.errors
        ]
        explained = sum(
            (record.requests + record.in_borders) * trips[arm][name][0]
            for window in windows
            for name, record in window.endpoints.items()
        )
        assert sum(window.round_trips or 0 for window in windows) == explained
        assert (explained > 0) is (arm == "b")


def test_a_wrong_body_is_found_before_anything_is_measured(bench: Bench) -> None:
    found = bench.run(MEMORY, "body:get_booking")
    assert found.windows == ()
    assert found.examined is not None
    wrong = [one for one in found.examined.judgements if one.verdict is not Verdict.PASS]
    assert ("get_booking", "wrong", Verdict.REGRESSED) in {
        (one.endpoint, one.subject, one.verdict) for one in wrong
    }
    assert {one.subject for one in wrong} == {"wrong"}


def test_a_server_that_dies_is_named(bench: Bench) -> None:
    found = bench.run(MEMORY, "dies:90", examined=False)
    assert found.faults[0].startswith("arm b (memory, `")
    assert "ended with exit status 1" in found.faults[0]


def test_a_server_that_only_says_its_mode_is_contradicted_by_its_round_trips(bench: Bench) -> None:
    found = bench.run({"a": "memory", "b": "supabase"}, "lies:memory")
    assert found.windows == ()
    (fault,) = found.faults
    assert fault.startswith("arm b (supabase, `")
    assert "made no request to SUPABASE_URL" in fault
