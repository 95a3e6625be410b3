"""The contract on a changed schema."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from migrations.files import PACKAGED

__all__ = ["failed_cases"]

_DEADLINE_S = 300


def failed_cases(place: Path, cases: Sequence[str], changes: Sequence[str]) -> set[str]:
    """Apply our files, and then the changes as one more, and return which of the cases fail.

    `place` is an empty directory. Fails if any of the cases was not run.
    """
    directory = place / "sql"
    shutil.copytree(PACKAGED, directory)
    if changes:
        (directory / "900_harm.sql").write_text("\n".join(changes), encoding="utf-8")
    chosen = [option for case in cases for option in ("--case", case)]
    ran = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "harness", "contract", "--adapter", "supabase", "--workers", "1"),
            *("--sql", str(directory), "--json", "-", *chosen),
        ],
        env={name: value for name, value in os.environ.items() if not name.startswith("HARNESS_STACK")},
        capture_output=True,
        text=True,
        check=False,
        timeout=_DEADLINE_S,
    )
    said = ran.stdout + ran.stderr
    # A run of some cases only is never complete: it fails, or it could not check the rest.
    assert ran.returncode in {1, 2}, said
    outcome = json.loads(ran.stdout)
    assert outcome["counts"]["supabase"]["executed"] == len(set(cases)), said
    failed = [finding["id"] for finding in outcome["findings"] if finding["level"] in {"core", "strict"}]
    return {id.partition("@")[0] for id in failed}
