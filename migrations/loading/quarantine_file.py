"""The refused rows as a file: a JSON object a line, with reason, SQLSTATE and the row itself."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from harness.models import ENTITIES
from migrations.loading.target import Loading

__all__ = ["write_quarantine"]


def write_quarantine(loading: Loading, path: Path) -> int:
    """Write all refused rows of a run, also of interrupted attempts; returns how many lines they are.

    The file appears whole or not at all, and is readable by this account
    only. Half a surrogate pair is written as its escape.
    """
    lines = 0
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            for table in ENTITIES:
                for refused in loading.refused(table):
                    file.write(json.dumps(asdict(refused), ensure_ascii=False) + "\n")
                    lines += 1
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return lines
