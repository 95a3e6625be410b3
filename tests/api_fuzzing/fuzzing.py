"""One run of Schemathesis on a server of the reference API."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.api_fuzzing.facts import API_KEY, Facts
from tests.serving import Server, clean_environ

__all__ = ["Phase", "Run", "fuzz"]

Phase = Literal["examples", "coverage", "fuzzing", "stateful"]
_CONFIG = Path(__file__).with_name("schemathesis.toml")
_DEADLINE_S = 3_600


@dataclass(frozen=True, kw_only=True)
class Run:
    """What Schemathesis found, and how much it has sent."""

    status: int
    """0: nothing was found; 1: something was; anything else: it could not look."""
    output: str
    """What it says of its findings, for people."""
    sent: Mapping[tuple[str, int], int]
    """How many requests to each operation (``GET /health``) got each status."""

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.sent.values())

    @property
    def operations(self) -> frozenset[str]:
        """The operations that got any."""
        return frozenset(operation for operation, _ in self.sent)

    @property
    def right(self) -> frozenset[str]:
        """The operations of which at least one request was done."""
        return frozenset(operation for operation, status in self.sent if status < 300)


def fuzz(
    server: Server, facts: Facts, directory: Path, *, phases: Sequence[Phase], examples: int, seed: int
) -> Run:
    """Send generated requests to a server; files go to `directory`.

    `examples` is the number per operation, and that of sequences of calls.
    """
    told, counts = directory / "facts.json", directory / "counts.json"
    facts.write(told)
    counts.unlink(missing_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(_CONFIG)),
            *("run", f"{server.url}/openapi.json", "--header", f"Authorization: Bearer {API_KEY}"),
            *("--phases", ",".join(phases), "--max-examples", str(examples), "--seed", str(seed)),
        ],
        cwd=directory,
        env=clean_environ(
            {
                "SCHEMATHESIS_HOOKS": "tests.api_fuzzing.hooks",
                "PARITY_FUZZING_FACTS": str(told),
                "PARITY_FUZZING_COUNTS": str(counts),
            }
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_DEADLINE_S,
        check=False,
    )
    sent: Counter[tuple[str, int]] = Counter()
    if counts.exists():
        for operation, status, number in json.loads(counts.read_text(encoding="utf-8")):
            sent[operation, status] += number
    return Run(status=done.returncode, output=done.stdout, sent=sent)
