"""Our own adapters give the same results behind a bridge as directly."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.bridging import BridgeCommand
from contracts.judgement import CaseResult, Kind
from contracts.manifest import Manifest
from contracts.plan import MEMORY, SUPABASE, Adapter
from contracts.session import Request, run_contract
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from tests.integration.bridge.adapters import served

SHARES = {"memory": 5, "supabase": 14}
"""One of so many cases runs: all of them take minutes, and the bridge is the same for all."""
PARTIAL = Path(__file__).parents[2] / "bridges" / "partial.py"


@pytest.fixture(scope="module")
def stack() -> Iterator[Path]:
    with EmbeddedStack.start(Settings.from_environ()) as running:
        yield running.record


def test_memory() -> None:
    only = share("memory")
    assert any(case.startswith("aliasing") for case in only)
    assert compared(MEMORY, served("memory"), only=only, stack=None) == ([], [])


def test_supabase(stack: Path) -> None:
    only = share("supabase")
    assert any(case.startswith("faults_") for case in only)
    assert compared(SUPABASE, served("supabase"), only=only, stack=stack) == ([], [])


def share(name: str) -> tuple[str, ...]:
    """Return the cases that run on an adapter, spread over all of them."""
    cases = [entry.id for entry in Manifest.packaged().at("strict") if not entry.id.startswith("agreement.")]
    return tuple(cases[:: SHARES[name]])


def test_adapter_cannot_lack_what_the_database_of_supabase_mode_gives_it(stack: Path) -> None:
    command = shlex.join([sys.executable, "-P", str(PARTIAL), "--lacks", "server", "durable", "client_ids"])
    adapter = BridgeCommand.of(command, "supabase", PARTIAL.parent).adapter()
    case = "faults_reads.read[cut]"
    request = Request(
        adapters=(adapter,), manifest=Manifest.packaged(), seed=1, workers=1, stack=stack, only=(case,)
    )
    judgement = run_contract(request).judgement
    assert [result.kind for result in judgement.results if result.entry.id == case] == [Kind.PASSED]
    assert judgement.excuses[adapter.name] == {
        "client_ids": "nobody needs it",
        "durable": "nobody needs it (excuses nothing in supabase mode)",
        "server": "nobody needs it (excuses nothing in supabase mode)",
    }


def compared(
    direct: Adapter, bridge: Adapter, *, only: tuple[str, ...], stack: Path | None
) -> tuple[list[str], list[str]]:
    """Return the cases that end in another way behind the bridge, and those that were not examined.

    Only values that JSON cannot carry may make a difference, and then by an exemption that says so.
    """
    request = Request(
        adapters=(direct, bridge),
        manifest=Manifest.packaged(),
        seed=7,
        stack=stack,
        only=only,
        budget_s=2.0,
    )
    judgement = run_contract(request).judgement
    mine = {result.entry.id: result for result in judgement.of(direct.name)}
    theirs = {result.entry.id: result for result in judgement.of(bridge.name)}
    asked = [id_ for id_ in mine if id_ in only]
    differ = [
        f"{id_}: {mine[id_].kind} {mine[id_].reason}, {theirs[id_].kind} {theirs[id_].reason}"
        for id_ in asked
        if not _same(mine[id_], theirs[id_])
    ]
    return differ, [id_ for id_ in asked if mine[id_].kind in {Kind.UNCHECKED, Kind.MISSING}]


def _same(direct: CaseResult, bridge: CaseResult) -> bool:
    if bridge.kind is Kind.EXEMPT and bridge.reason == "python_values":
        return direct.kind in {Kind.PASSED, Kind.EXEMPT}
    return (direct.kind, direct.reason) == (bridge.kind, bridge.reason)
