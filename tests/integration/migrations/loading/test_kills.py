"""Whenever the copy or the server is killed: after a resume nothing is lost, double or changed."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "migrate_kills.py"


def test_kills_at_random_moments_lose_nothing() -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(SCRIPT),
            "--kills",
            "5",
            "--server-kills",
            "2",
            "--rows",
            "1200",
            "--segment",
            "30",
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "5 kills of the copy, 2 of the server: 0 wrong"
