"""A search probes until the bracket is narrow enough; a server that dies, or Ctrl-C, never makes a number."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.settings.api import reference_api
from harness.settings.budgets import EndpointBudget
from loadtests.errors import LoadError
from loadtests.records import Recording
from loadtests.reporting.progress import Progress
from loadtests.runs import searching
from loadtests.runs.bisection import Held
from loadtests.runs.measuring import Measured
from loadtests.runs.request import RunOptions, setting_of
from loadtests.runs.searching import CapacitySearch, Place, Range
from loadtests.runs.setting import RunSetting
from loadtests.runs.target import Identity
from tests.unit.loadtests.runs.recordings import recording

_WEIGHTS = {"get_request": 0.5, "health": 0.5}


class _Target:
    """A server of which nothing but its mode matters."""

    def identify(self, expected: str) -> Identity:
        assert expected == "memory"
        return Identity("memory", None, None)


def _search(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[RunSetting], Recording], *, is_ours: bool = True
) -> CapacitySearch:
    """A search in which a probe records what `run` says."""

    def measure(setting: RunSetting, *_given: object, log: Path, progress: object) -> Measured:
        assert log.parent.is_dir()
        assert progress is not None
        return Measured(run(setting), ())

    monkeypatch.setattr(searching, "measure", measure)
    setting = setting_of(RunOptions(host="http://127.0.0.1:1"), reference_api({}))
    target: Any = _Target()

    @contextmanager
    def opened() -> Iterator[Place]:
        yield Place(target, setting)

    return CapacitySearch(
        open_place=opened,
        is_ours=is_ours,
        mode="memory",
        weights=_WEIGHTS,
        budgets={"get_request": EndpointBudget(p95_ms=10)},
        range=Range(lowest=10, highest=1000, resolution=0.1, demanded=100),
        times=2,
        least_s=5.0,
        progress=Progress(io.StringIO(), 20, 1.0),
    )


def _carries(capacity: float) -> Callable[[RunSetting], Recording]:
    def run(setting: RunSetting) -> Recording:
        return recording(setting.run_id, latency_us=2_000 if setting.rate_per_s <= capacity else 90_000)

    return run


def test_the_capacity_is_found_and_each_probe_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def run(setting: RunSetting) -> Recording:
        seeds.append(setting.seed)
        return _carries(230.0)(setting)

    search = _search(monkeypatch, run)
    search.run()
    assert search.complete
    found = search.found
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 230.0 < found.high
    assert {one.held for one in found.at(100)} == {Held.HOLDS}
    assert len(set(seeds)) == len(seeds) == len(search.recordings)
    assert {window.round for window in search.windows} == set(range(len(search.recordings)))


def _dies_above(rate: float) -> Callable[[RunSetting], Recording]:
    def run(setting: RunSetting) -> Recording:
        whole = _carries(1e9)(setting)
        if setting.rate_per_s <= rate:
            return whole
        return msgspec.structs.replace(whole, remarks=("The server is gone.",))

    return run


def test_a_server_of_ours_that_dies_has_failed_its_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    search = _search(monkeypatch, _dies_above(150.0))
    search.run()
    assert search.found.low is not None
    assert search.found.low <= 150.0
    assert next(one.reason for one in search.probed if one.held is Held.FAILS) == "The server is gone"


def test_a_server_of_others_that_restarts_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    search = _search(monkeypatch, _dies_above(150.0), is_ours=False)
    with pytest.raises(LoadError, match=r"at 200 requests per second: The server is gone"):
        search.run()
    assert not search.complete


def test_ctrl_c_leaves_what_there_was_and_no_whole_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(setting: RunSetting) -> Recording:
        whole = _carries(1e9)(setting)
        return whole if setting.rate_per_s < 300 else msgspec.structs.replace(whole, complete=False)

    search = _search(monkeypatch, run)
    search.run()
    assert not search.complete
    assert [one.rate_per_s for one in search.probed] == [100, 200]


def test_a_probe_at_a_low_rate_is_longer_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    search = _search(monkeypatch, _carries(1e9))
    assert search.seconds_at(100.0) == 5.0  # 59 requests of half the traffic take 1.2 s
    assert search.seconds_at(10.0) == 12.0
    assert search.seconds_at(1.0) == 30.0
