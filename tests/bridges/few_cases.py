"""``python few_cases.py gate …``: the command line with a contract of three cases and few rows to rehearse.

What a gate makes of an adapter does not depend on how many cases there are,
but how long that takes does.
"""

import functools
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from contracts import judging, session
from contracts.manifest import CASES as CASES_OF_ALL
from contracts.manifest import Manifest
from contracts.session import Request
from harness.cli import main
from harness.gate import command
from harness.gate.runner import Runner
from harness.settings.migration import FEWEST_ROWS
from migrations.rehearsal import command as rehearsal

CASES = (
    "crud.client_chosen_id_is_kept[bookings]",
    "flows_summary.summary_of_nothing",
    "queues_claim.claim_takes_the_job[sync_jobs]",
)


def shorten(directory: Path) -> None:
    """Let the manifest hold these cases only, in this process and in all that it starts.

    Their modules are copied to a directory: to collect all others takes longer than all that a test is about.
    """
    few = Manifest(tuple(entry for entry in Manifest.packaged().entries if entry.id in CASES))
    assert len(few.entries) == len(CASES)
    for module in {f"test_{case.partition('.')[0]}.py" for case in CASES}:
        shutil.copy(CASES_OF_ALL / module, directory)
    launcher = (sys.executable, "-P", __file__)
    vars(judging)["Manifest"] = SimpleNamespace(packaged=lambda: few)
    vars(judging)["Request"] = lambda **asked: replace(Request(**asked), only=CASES, cases=directory)
    vars(session)["_selection"] = lambda _: ""  # it is no part of this manifest, but all of it
    vars(rehearsal)["DEFAULT_ROWS"] = FEWEST_ROWS
    vars(command)["Runner"] = functools.partial(Runner, launcher=launcher)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="few-cases-") as place:
        shorten(Path(place))
        status = main()
    sys.exit(status)
