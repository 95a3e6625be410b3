"""What became of each case in a run of `ContractSuite`, per class, and how that is told. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.manifest import Entry
from contracts.plan import Level

__all__ = ["Account", "Class", "rendered"]

_SHOWN = 5


@dataclass
class Class:
    """The results of one test class, as they come in."""

    name: str
    level: Level
    phases: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    exempt: dict[str, str] = field(default_factory=dict)
    would_pass: set[str] = field(default_factory=set)

    def note(self, case: str, *, phase: str, outcome: str, exempt: str | None, would_pass: bool) -> None:
        """Take in how one phase of a case ended."""
        self.phases.setdefault(case, []).append((phase, outcome))
        if exempt is not None:
            self.exempt[case] = exempt
        if would_pass:
            self.would_pass.add(case)

    def account(self, expected: Sequence[Entry]) -> "Account":
        """Account for each expected case; one that was repeated, or skipped for no lack, did not run."""
        passed, failed, exempt = [], [], {}
        for entry in expected:
            phases = self.phases.get(entry.id, [])
            outcomes = dict(phases)
            if any(outcome == "failed" for _, outcome in phases):
                failed.append(entry.id)
            elif self.exempt.get(entry.id) in entry.needs and "skipped" in outcomes.values():
                exempt[entry.id] = self.exempt[entry.id]
            elif phases == [(phase, "passed") for phase in ("setup", "call", "teardown")]:
                passed.append(entry.id)
        known = {entry.id for entry in expected}
        settled = {*passed, *failed, *exempt}
        return Account(
            name=self.name,
            level=self.level,
            passed=tuple(passed),
            failed=tuple(failed),
            exempt=exempt,
            missing=tuple(entry.id for entry in expected if entry.id not in settled),
            unknown=tuple(sorted(set(self.phases) - known)),
            would_pass=tuple(sorted(self.would_pass)),
        )


@dataclass(frozen=True, kw_only=True)
class Account:
    """What became of the contract in one test class."""

    name: str
    level: Level
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    exempt: dict[str, str]
    """The capability that the store lacks, per exempt case."""
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    would_pass: tuple[str, ...]
    """Exempt cases that passed when they were tried."""

    @property
    def complete(self) -> bool:
        """True if every case ran or is exempt, and at least one ran."""
        return not self.missing and not self.unknown and bool(self.passed or self.failed)

    def verdict(self, selection: Sequence[str]) -> str:
        """Return the last line of this class: the same words that ``harness contract`` uses."""
        total = len(self.passed) + len(self.failed) + len(self.exempt) + len(self.missing)
        if self.failed:
            return f"DIVERGENCE: {len(self.failed)} case{'s' if len(self.failed) > 1 else ''}"
        if self.missing:
            why = f"a part was asked for: {', '.join(selection)}" if selection else f"{_listed(self.missing)}"
            return f"COULD NOT CHECK: {len(self.missing)} of {total} cases did not run ({why})."
        if self.unknown:
            return f"COULD NOT CHECK: cases ran that the manifest lacks: {_listed(self.unknown)}."
        if not self.complete:
            return "COULD NOT CHECK: no case was executed."
        return f"PARITY at level {self.level}"


def rendered(accounts: Sequence[Account], selection: Sequence[str]) -> list[str]:
    """Return the lines that end a session."""
    if not accounts:
        return ["No case of the contract was run: no class that extends ContractSuite was collected."]
    lines: list[str] = []
    for account in accounts:
        lines.append(
            f"{account.name}: passed {len(account.passed)}, failed {len(account.failed)}, "
            f"exempt {len(account.exempt)}, not run {len(account.missing)}"
        )
        lines += notes(account.exempt, account.would_pass)
        lines.append(f"  {account.verdict(selection)}")
    return lines


def notes(exempt: dict[str, str], would_pass: Sequence[str]) -> list[str]:
    """Return one line per capability that the store lacks, which says so if cases would pass without it."""
    found = Counter(exempt[case] for case in would_pass if case in exempt)
    return [
        f"  lacks {capability}: {number} exempt"
        + (f", of which {found[capability]} would pass: is it really lacking?" if found[capability] else "")
        for capability, number in sorted(Counter(exempt.values()).items())
    ]


def _listed(cases: Sequence[str]) -> str:
    more = f" and {len(cases) - _SHOWN} more" if len(cases) > _SHOWN else ""
    return ", ".join(cases[:_SHOWN]) + more
