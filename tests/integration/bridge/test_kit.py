"""The kit's own tests, in JavaScript, on the oldest and the newest node that it promises."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.bridge.conftest import TESTS

_DEADLINE_S = 600
_SUITES = sorted(path.name for path in TESTS.glob("*.test.mjs"))


def test_there_are_suites() -> None:
    assert len(_SUITES) >= 9


@pytest.mark.parametrize("major", [20, 24])
@pytest.mark.parametrize("suite", _SUITES)
def test_suite(suite: str, major: int, node: Callable[[int], Path], kit_tests: Path) -> None:
    # What the machine says about options of node must not decide how a test of ours ends.
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("NODE_", "SUPABASE_"))
    }
    done = subprocess.run(
        [str(node(major)), "--test", "--test-reporter=tap", suite],
        cwd=kit_tests,
        env=environ,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_S,
        check=False,
    )
    counts = {name: int(number) for name, number in re.findall(r"^# (\w+) (\d+)$", done.stdout, re.MULTILINE)}
    assert done.returncode == 0, _failures(done.stdout) + done.stderr
    assert counts["pass"] == counts["tests"] > 0, done.stdout


def _failures(tap: str) -> str:
    """The part of a report that says what failed."""
    blocks = re.split(r"(?m)^(?=(?:not )?ok \d+ )", tap)
    return "\n".join(block for block in blocks if block.startswith("not ok"))
