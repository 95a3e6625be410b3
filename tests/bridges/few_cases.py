"""``python few_cases.py gate …``: the command line with a contract of three cases and few rows to rehearse.

What a gate makes of an adapter does not depend on how many cases there are,
but how long that takes does. ``python few_cases.py --all-of crud,flows gate …`` has all
core cases whose ids begin with these words, for what has to happen during the contract.
"""

# Each step is a process of this script, and imports only what it changes: the client of Supabase alone takes
# longer than half of the steps.
# ruff: noqa: PLC0415

import functools
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.cli import main

CASES = frozenset(
    {
        "crud.client_chosen_id_is_kept[bookings]",
        "flows_summary.summary_of_nothing",
        "queues_claim.claim_takes_the_job[sync_jobs]",
    }
)


def shorten_gate(word: str | None) -> None:
    """Let the steps be processes of this script."""
    from harness.gate import command
    from harness.gate.runner import Runner

    options = () if word is None else ("--all-of", word)
    vars(command)["Runner"] = functools.partial(Runner, launcher=(sys.executable, "-P", __file__, *options))


def shorten_rehearsal() -> None:
    """Rehearse with as few rows as the configuration allows."""
    from harness.settings.migration import FEWEST_ROWS
    from migrations.rehearsal import command

    vars(command)["DEFAULT_ROWS"] = FEWEST_ROWS


def shorten_contract(word: str | None, directory: Path) -> None:
    """Let the manifest hold these cases only.

    Their modules are copied to a directory: to collect all others takes longer than all that a test is about.
    """
    from contracts import judging, session
    from contracts.manifest import CASES as CASES_OF_ALL
    from contracts.manifest import Manifest
    from contracts.session import Request

    core = Manifest.packaged().at("core")
    words = tuple(word.split(",")) if word else ()
    few = Manifest(tuple(one for one in core if one.id in CASES or one.id.startswith(words)))
    assert {entry.id for entry in few.entries} >= CASES
    for module in {f"test_{entry.id.partition('.')[0]}.py" for entry in few.entries}:
        shutil.copy(CASES_OF_ALL / module, directory)
    only = tuple(entry.id for entry in few.entries)

    def request(**asked: Any) -> Request:
        return replace(Request(**asked), only=only, cases=directory)

    asked_for = vars(session)["_selection"]
    vars(judging)["Manifest"] = SimpleNamespace(packaged=lambda: few)
    vars(judging)["Request"] = request
    vars(session)["_selection"] = lambda _: asked_for(())  # it is no part of this manifest, but all of it


if __name__ == "__main__":
    given, first_word = sys.argv[1:], None
    if given[0] == "--all-of":
        _, first_word, *given = given
    with tempfile.TemporaryDirectory(prefix="few-cases-") as place:
        match given[0]:
            case "gate":
                shorten_gate(first_word)
            case "migrate":
                shorten_rehearsal()
            case "contract":
                shorten_contract(first_word, Path(place))
        status = main(given)
    sys.exit(status)
