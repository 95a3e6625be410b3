"""One block per case that failed, with what every adapter did. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import indent

from contracts.behaviours import Behaviour
from contracts.events import Finished, Operation, Problem
from contracts.judgement import CaseResult, Judgement, Kind
from contracts.scripts import script_name

__all__ = ["FailedCase", "failed_cases", "render"]

_LABEL = 11
_SCRIPT_LINES = 80


@dataclass(frozen=True, kw_only=True)
class FailedCase:
    """One case that failed on at least one adapter."""

    id: str
    level: str
    results: tuple[CaseResult, ...]
    """The results on all adapters."""

    @property
    def failures(self) -> tuple[tuple[str, Finished, Problem], ...]:
        """The adapters on which it failed, and how."""
        return tuple(
            (result.adapter, result.finished, result.finished.problem)
            for result in self.results
            if result.kind is Kind.FAILED
            and result.finished is not None
            and result.finished.problem is not None
        )


def failed_cases(judgement: Judgement) -> tuple[FailedCase, ...]:
    """Gather the failures by case, core cases first, then by id."""
    by_id: dict[str, list[CaseResult]] = {}
    for result in judgement.results:
        by_id.setdefault(result.entry.id, []).append(result)
    cases = [
        FailedCase(id=id_, level=results[0].entry.level, results=tuple(results))
        for id_, results in by_id.items()
        if any(result.kind is Kind.FAILED for result in results)
    ]
    return tuple(sorted(cases, key=lambda case: (case.level != "core", case.id)))


def render(
    case: FailedCase,
    *,
    traceback: bool = False,
    report: str | None = None,
    behaviours: Sequence[Behaviour] = (),
) -> str:
    """Return the block of one case, with the statements that it proves.

    `report` is the directory that holds its script, if it has one.
    """
    _, first, problem = case.failures[0]
    operation = first.operations[-1] if first.operations else None
    lines = [
        f"DIVERGENCE {case.id:<60} {case.level}",
        _line("proves", first.proves or "(no docstring)"),
        *(_line("behaviour", f"{behaviour.key}: {behaviour.says}") for behaviour in behaviours),
        _line("operation", _describe(operation, case.results)),
        _line("expected", problem.expected),
        *(_line(result.adapter, _outcome(result, operation)) for result in case.results),
        _line("where", problem.where),
        *_scripts(case, report),
        *_details(case),
    ]
    if traceback:
        lines += ["", *(f"{adapter}:\n{problem.traceback}" for adapter, _, problem in case.failures)]
    return "\n".join(lines)


def _scripts(case: FailedCase, report: str | None) -> list[str]:
    """Show the scripts that repeat a failure, or where they lie."""
    lines: list[str] = []
    for adapter, _, problem in case.failures:
        if problem.script is None:
            continue
        if report is not None:
            lines.append(_line("repeat", f"python {report}/{script_name(adapter)}"))
            continue
        source = problem.script.splitlines()
        lines.append(_line("repeat", f"save as {script_name(adapter)}, or run again with --report DIR:"))
        lines += ["", *(f"    {line}".rstrip() for line in source[:_SCRIPT_LINES])]
        if len(source) > _SCRIPT_LINES:
            lines.append(f"    # … {len(source) - _SCRIPT_LINES} more lines")
    return lines


def last_operation(run: Finished) -> str:
    """Name the last operation that a case called, without its arguments."""
    return run.operations[-1].call.split("(")[0] if run.operations else "no operation"


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL - 1}} {text}" if len(label) < _LABEL else f"  {label} {text}"


def _describe(operation: Operation | None, results: Sequence[CaseResult]) -> str:
    if operation is None:
        return "none: the case failed before it called the adapter"
    steps = max(result.finished.steps for result in results if result.finished is not None)
    return f"{operation.call}   step {operation.step} of {steps}"


def _details(case: FailedCase) -> Iterator[str]:
    """The lines that came with a failure, under the name of each adapter that they are about."""
    shared: dict[str, list[str]] = {}
    for adapter, _, problem in case.failures:
        if problem.detail:
            shared.setdefault(problem.detail, []).append(adapter)
    for detail, adapters in shared.items():
        yield from ("", f"  {', '.join(adapters)}:", indent(detail, "    "))


def _outcome(result: CaseResult, operation: Operation | None) -> str:
    run = result.finished
    if result.kind is Kind.FAILED and run is not None and run.problem is not None:
        return run.problem.actual
    if result.kind is Kind.PASSED and run is not None and operation is not None:
        name = operation.call.split("(")[0]
        for other in run.operations:
            if other.step == operation.step and other.call.split("(")[0] == name:
                return f"{other.answer} (passed)"
    return result.kind.value if not result.reason else f"{result.kind.value}: {result.reason}"
