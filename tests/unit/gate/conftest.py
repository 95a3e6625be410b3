"""Looking at processes."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest


@pytest.fixture
def ends() -> Callable[[Path], bool]:
    """True if the process whose id a file holds is gone, or is a zombie, before a minute has passed."""

    def ends(pid_file: Path) -> bool:
        pid = int(pid_file.read_text(encoding="utf-8"))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.01)
            try:
                if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                    return True
            except psutil.NoSuchProcess:
                return True
        return False

    return ends
