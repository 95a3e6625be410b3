"""Which cases the contract has: `manifest.json`, compared with every run.

``python -m contracts.manifest`` writes it anew from the cases, after they
changed; ``--check`` only says whether that is needed.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, get_args

from contracts.events import CaseInfo, Collected
from contracts.plan import MEMORY, Level, Plan
from contracts.runner import Pytest, observe
from harness.errors import ConfigurationError, HarnessError

__all__ = ["CASES", "Entry", "Manifest", "collect"]

SCHEMA = "parity-contract-manifest/1"
CASES = Path(str(files("contracts").joinpath("cases")))
"""The cases of this package."""
_PATH = CASES.parent / "manifest.json"
_REGENERATE = "python -m contracts.manifest"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One case that every run must account for, on each adapter."""

    id: str
    level: Level
    needs: tuple[str, ...]
    """An adapter that lacks one of these capabilities is exempt."""
    heading: str


@dataclass(frozen=True)
class Manifest:
    """All cases, by id."""

    entries: tuple[Entry, ...]

    @classmethod
    def packaged(cls) -> Self:
        """Read the manifest of this package. Raises ConfigurationError unless it is whole."""
        try:
            return cls.loads(_PATH.read_text(encoding="utf-8"))
        except (OSError, UnicodeError) as error:
            raise _broken(str(error)) from error

    @classmethod
    def loads(cls, text: str) -> Self:
        """Read a manifest. Raises ConfigurationError unless it is whole."""
        try:
            data = json.loads(text)
            if data["schema"] != SCHEMA:
                raise _broken(f"its schema is {data['schema']!r}, not {SCHEMA!r}")
            entries = tuple(_entry(case) for case in data["cases"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _broken(f"{type(error).__name__}: {error}") from error
        ids = [entry.id for entry in entries]
        if not ids or len(set(ids)) != len(ids):
            raise _broken("it names no case" if not ids else "it names a case twice")
        return cls(entries)

    @classmethod
    def of(cls, cases: Iterable[CaseInfo]) -> Self:
        """Make the manifest of collected cases."""
        entries = [
            _entry({"id": case.id, "level": case.level, "needs": case.needs, "heading": case.heading})
            for case in cases
        ]
        return cls(tuple(sorted(entries, key=lambda entry: entry.id)))

    def dumps(self) -> str:
        """Return the manifest as JSON, one case per line."""
        lines = ",\n".join(json.dumps(asdict(entry), ensure_ascii=False) for entry in self.entries)
        return f'{{"schema": "{SCHEMA}", "cases": [\n{lines}\n]}}\n'

    def at(self, level: Level) -> tuple[Entry, ...]:
        """Return the cases that are expected at a level: ``strict`` means all."""
        return tuple(entry for entry in self.entries if level == "strict" or entry.level == "core")


def _entry(case: dict[str, Any]) -> Entry:
    if case["level"] not in get_args(Level) or not isinstance(case["id"], str):
        raise ValueError(f"{case['id']!r} has level {case['level']!r}")
    return Entry(id=case["id"], level=case["level"], needs=tuple(case["needs"]), heading=case["heading"])


def _broken(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"The manifest of the contract cannot be used: {why}. "
        f"Write it anew with `{_REGENERATE}`, or reinstall."
    )


def collect(cases: Path = CASES) -> Manifest:
    """Collect the cases of a directory without running them. Raises HarnessError if that fails."""
    plan = Plan(events=None, adapters=(MEMORY,))
    seen = observe(Pytest(cases=cases, plan=plan, workers=0, seed=0, collect_only=True))
    collected = [event for event in seen.events if isinstance(event, Collected)]
    if seen.exit_status != 0 or len(collected) != 1:
        raise HarnessError(f"The cases could not be collected: {seen.last_words}")
    ids = [case.id for case in collected[0].cases]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise HarnessError(f"These case ids are not unique: {', '.join(twice)}.")
    return Manifest.of(collected[0].cases)


def main(arguments: list[str]) -> int:
    """Write the manifest, or with ``--check`` compare it only: 0 if it was up to date."""
    found = collect()
    current = _PATH.read_text(encoding="utf-8") if _PATH.exists() else ""
    if found.dumps() == current:
        sys.stderr.write(f"The manifest is up to date: {len(found.entries)} cases.\n")
        return 0
    if arguments == ["--check"]:
        sys.stderr.write(f"The manifest is out of date; run `{_REGENERATE}`.\n")
        return 1
    _PATH.write_text(found.dumps(), encoding="utf-8")
    sys.stderr.write(f"Wrote {len(found.entries)} cases to {_PATH}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
