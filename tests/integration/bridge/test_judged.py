"""An adapter whose process breaks has neither passed nor diverged: the contract could not check it."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.judgement import Judgement, Kind
from contracts.manifest import Entry, Manifest
from contracts.plan import Adapter
from contracts.session import Request, run_contract
from harness.models.outcome import Status
from tests.integration.bridge.adapters import bridged, hostile

CASES = '''
from contracts.workers import together
from harness.errors import HarnessError, StoreError


def test_a(store):
    """Reads."""
    assert store.bookings.count() == 0


def test_b(store):
    """Swallows whatever comes."""
    try:
        store.bookings.get("00000000-0000-4000-8000-000000000000")
    except (HarnessError, StoreError):
        pass


def test_c(store):
    """Fails for another reason after the adapter broke."""
    outcomes = together(1, lambda _: store.bookings.get("00000000-0000-4000-8000-000000000000"))
    assert outcomes == [1]
'''
NAMES = ("a", "b", "c")


def judged(
    directory: Path,
    adapter: Adapter,
    *,
    names: Sequence[str] = NAMES,
    source: str = CASES,
    only: tuple[str, ...] = (),
) -> Judgement:
    cases = directory / "cases"
    cases.mkdir()
    (cases / "test_x.py").write_text(source, encoding="utf-8")
    manifest = Manifest(tuple(Entry(id=f"x.{name}", level="core", needs=(), heading="") for name in names))
    request = Request(adapters=(adapter,), manifest=manifest, seed=1, workers=1, cases=cases, only=only)
    return run_contract(request).judgement


@pytest.mark.parametrize("way", ["chatter_later", "wrong_id", "crash", "killed", "no_id", "unknown_kind"])
def test_broken_adapter_is_unchecked_with_its_last_words(tmp_path: Path, way: str) -> None:
    judgement = judged(tmp_path, hostile(way))
    assert judgement.status is Status.UNCHECKED
    assert [result.kind for result in judgement.results] == [Kind.UNCHECKED] * 3
    for result in judgement.results:
        assert f"about to misbehave: {way}" in result.reason


def test_adapter_that_hangs_is_unchecked(tmp_path: Path) -> None:
    judgement = judged(tmp_path, hostile("hangs", call_s=1.0))
    assert [result.kind for result in judgement.results] == [Kind.UNCHECKED] * 3
    assert all("within 1 s" in result.reason for result in judgement.results)


def test_adapter_that_breaks_again_and_again_is_given_up(tmp_path: Path) -> None:
    names = [f"a[{n}]" for n in range(24)]
    source = (
        "import pytest\n"
        f"@pytest.mark.parametrize('n', range({len(names)}))\n"
        "def test_a(store, n):\n"
        "    assert store.bookings.count() == 0\n"
    )
    judgement = judged(tmp_path, hostile("crash"), names=names, source=source)
    assert judgement.status is Status.UNCHECKED
    assert any("is not started again" in reason for reason in judgement.reasons)
    assert sum(result.kind is Kind.MISSING for result in judgement.results) >= 5


@pytest.mark.parametrize("way", ["chatter_first", "ends_at_once", "other_protocol"])
def test_adapter_that_does_not_begin(tmp_path: Path, way: str) -> None:
    judgement = judged(tmp_path, hostile(way))
    assert judgement.status is Status.UNCHECKED
    assert any(f"about to misbehave: {way}" in reason for reason in judgement.reasons)


def test_command_that_does_not_exist(tmp_path: Path) -> None:
    judgement = judged(tmp_path, bridged("no-such-adapter --port 3"))
    assert judgement.status is Status.UNCHECKED
    assert any("(the command was not found)" in reason for reason in judgement.reasons)


def test_command_that_does_not_exist_explains_more_than_a_selection(tmp_path: Path) -> None:
    judgement = judged(tmp_path, bridged("no-such-adapter"), only=(f"x.{NAMES[0]}",))
    assert "(the command was not found)" in judgement.reasons[0]
    assert "--case runs a part only" in judgement.reasons[-1]


def test_adapter_that_always_finds_nothing_diverges(tmp_path: Path) -> None:
    source = "def test_c(store):\n    assert store.bookings.get('x') == 1\n"
    adapter = hostile("obeys")
    judgement = judged(tmp_path, adapter, names=("c",), source=source)
    assert [result.kind for result in judgement.results] == [Kind.FAILED]


def test_memory_without_a_way_in_is_unchecked(tmp_path: Path) -> None:
    hello = {
        "protocol": "parity-bridge/1",
        "name": "planned",
        "operations": ["createBooking"],
        "lacks": {"client_ids": "as planned"},
    }
    judgement = judged(tmp_path, bridged(f"echo {shlex.quote(json.dumps(hello))}; cat >/dev/null"))
    assert judgement.status is Status.UNCHECKED
    assert any("Export __import(entity, rows)" in reason for reason in judgement.reasons)
