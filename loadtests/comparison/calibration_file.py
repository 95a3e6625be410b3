"""Where calibrations are kept: one file, by machine and mode, as it is the machine that holds a margin."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import psutil

from harness.errors import ConfigurationError
from harness.reports.files import write_text
from harness.settings import DbMode, Settings
from harness.stack.account import Account
from harness.stack.home import Home
from loadtests.budgeting.calibration import Calibration

__all__ = ["Calibrations", "default_file", "machine", "read", "stored"]

_NAME: Final = "load-calibration.json"
_CPU_INFO: Final = Path("/proc/cpuinfo")
_GIB: Final = 1 << 30


class Calibrations(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the file."""

    schema: str = "parity-calibrations/1"
    machines: Mapping[str, Mapping[str, Calibration]] = {}
    """By `machine` and mode."""


def default_file(settings: Settings) -> Path:
    """In the harness's home, beside the servers."""
    return Home.of(settings, Account.current()).path / _NAME


def machine() -> str:
    """What makes one machine other than the next: 16 hexadecimal digits of its kind, not of its name.

    Containers get a new name each time, and the same processor.
    """
    known = {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / _GIB),
        "system": platform.system(),
        "architecture": platform.machine(),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


def read(path: Path) -> Calibrations:
    """Read the file; without one, no machine is calibrated. Raises ConfigurationError for another file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibrations)
    except FileNotFoundError:
        return Calibrations()
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigurationError(
            f"{path} cannot be read as a calibration: {error}. Remove it, and run harness load calibrate."
        ) from error


def stored(path: Path, found: Mapping[DbMode, Calibration], key: str) -> Calibrations:
    """Keep calibrations of a machine, beside those of others and of its other mode.

    Raises ConfigurationError.
    """
    before = read(path)
    of_machine = dict(before.machines.get(key, {}))
    of_machine.update({str(mode): one for mode, one in found.items()})
    after = Calibrations(machines={**before.machines, key: of_machine})
    write_text(path, msgspec.json.format(msgspec.json.encode(after), indent=2).decode() + "\n")
    return after


def _processor() -> str:
    try:
        lines = _CPU_INFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
