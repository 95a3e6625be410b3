"""The whole contract, with the code of today, on the schema of the next migration.

``python tests/benchmarks/one_ahead.py [compatible|breaking]`` ends as ``harness contract`` does: 0 if nothing
breaks. The suite itself asks some cases only, which takes seconds; this takes minutes.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from migrations.files import PACKAGED

AHEAD = Path(__file__).parents[1] / "one_ahead"


def main(which: str = "compatible") -> int:
    """Run the contract on our migrations and one more; returns its exit status."""
    with tempfile.TemporaryDirectory(prefix="one-ahead-") as place:
        directory = Path(place) / "sql"
        shutil.copytree(PACKAGED, directory)
        shutil.copy(AHEAD / which / "012_user_accounts.sql", directory)
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-P", "-m", "harness", "contract", "--adapter", "supabase", "--sql", directory],
            cwd=place,
            check=False,
        )
        print(f"{which}: exit status {done.returncode} after {time.monotonic() - begun:.0f} s")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
