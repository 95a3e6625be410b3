"""The result of a load command as one value: what was judged, and what that makes of the whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from harness.models.outcome import Artifact, Counts, Finding, Outcome, Status, Subject
from harness.models.verdict import UNCHECKED_LEVEL
from harness.redact import redact
from loadtests.records import Arm, Recording
from loadtests.verdicts import Judgement, Verdict, exit_status, worst

__all__ = ["Result"]

_STATUS: Mapping[int, Status] = {status.exit_status: status for status in Status}
_NOT_SOUND = "this is a defect of the harness: report it, and do not rely on this run"
_ROUNDING = 1e-9
_EXACT = frozenset({"round_trips", "answers"})
"""Metrics that are checked and not estimated: they may lack an interval."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a load command found. Reports and the outcome are made of it and of nothing else."""

    step: str
    """As in the outcome: ``load compare``."""
    run_id: str
    started_at: datetime
    duration_s: float
    recording: Recording | None
    """None if nothing was measured: then the verdict is INVALID."""
    judgements: tuple[Judgement, ...]
    """Those that decide and advice; kept endpoint by endpoint, in the order in which these first appear."""
    remarks: tuple[str, ...] = ()
    """What makes the whole run unfit, in sentences with the next step; those of the recording count, too."""
    notes: tuple[str, ...] = ()
    """What is good to know and decides nothing, in sentences: endpoints that the application lacks."""
    names: Mapping[Arm, str] = field(default_factory=dict)
    """What the arms are called: ``memory`` and ``supabase``, ``base`` and ``candidate``."""
    facts: tuple[tuple[str, str], ...] = ()
    """Further names and values for the head of the report."""
    command: str = ""
    """The command line that does it again, with the seed."""
    next_step: str | None = None
    """Ends the last line: what to do now. None: what the verdict suggests."""
    subject: Subject = field(default_factory=Subject)
    artifacts: tuple[Artifact, ...] = ()

    def __post_init__(self) -> None:
        """Take back every PASS that its own numbers do not show: no report may repeat it."""
        order = {name: at for at, name in enumerate(dict.fromkeys(one.endpoint for one in self.judgements))}
        sound = sorted(map(_sound, self.judgements), key=lambda one: order[one.endpoint])
        object.__setattr__(self, "judgements", tuple(sound))

    @property
    def complete(self) -> bool:
        """True if the run was measured to its end."""
        return self.recording is not None and self.recording.complete

    @property
    def unfit(self) -> tuple[str, ...]:
        """Why the run as a whole shows nothing, in sentences; empty if it is fit."""
        recording = self.recording
        if recording is None or not recording.windows:
            found = ["Nothing was measured: there is no window. Run it again."]
        elif not recording.complete:
            found = ["The run was interrupted: this is what there was until then. Run it again."]
        else:
            found = []
        found += [*self.remarks, *(recording.remarks if recording is not None else ())]
        return tuple(dict.fromkeys(found))

    @property
    def deciding(self) -> tuple[Judgement, ...]:
        """The judgements that count."""
        return tuple(one for one in self.judgements if one.decides)

    @property
    def advice(self) -> tuple[Judgement, ...]:
        """The judgements that do not."""
        return tuple(one for one in self.judgements if not one.decides)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the whole. What was interrupted is INVALID, whatever it showed until then."""
        found = worst(self.judgements)
        if not self.complete:
            return Verdict.INVALID
        # A remark takes no regression back: see `worst`.
        return Verdict.INVALID if self.unfit and found is not Verdict.REGRESSED else found

    @property
    def exit_status(self) -> int:
        """0 PASS, 1 REGRESSED, 2 INCONCLUSIVE and INVALID."""
        return exit_status(self.verdict)

    def outcome(self) -> Outcome:
        """Return the outcome of the step: counts of the judgements that decide, by subject."""
        return Outcome(
            run_id=self.run_id,
            step=self.step,
            status=_STATUS[self.exit_status],
            started_at=self.started_at,
            duration_s=self.duration_s,
            subject=self.subject,
            counts=self._counts(),
            findings=self._findings(),
            artifacts=self.artifacts,
        )

    def redacted(self, secrets: Iterable[str] = ()) -> "Result":
        """Return the same without passwords and keys in any text of it."""
        hidden = frozenset(secrets)

        def clean(text: str) -> str:
            return redact(text, hidden)

        return replace(
            self,
            recording=None if self.recording is None else _redacted(self.recording, hidden),
            judgements=tuple(
                msgspec.structs.replace(one, reason=clean(one.reason)) for one in self.judgements
            ),
            remarks=tuple(map(clean, self.remarks)),
            notes=tuple(map(clean, self.notes)),
            facts=tuple((name, clean(value)) for name, value in self.facts),
            command=clean(self.command),
            next_step=None if self.next_step is None else clean(self.next_step),
        )

    def _counts(self) -> dict[str, Counts]:
        counts = {}
        for subject in dict.fromkeys(one.subject for one in self.deciding):
            found = [one.verdict for one in self.deciding if one.subject == subject]
            failed = found.count(Verdict.REGRESSED) if self.complete else 0
            passed = 0 if self.unfit else found.count(Verdict.PASS)
            counts[subject] = Counts(
                expected=len(found),
                executed=passed + failed,
                passed=passed,
                failed=failed,
                unchecked=len(found) - passed - failed,
            )
        return counts

    def _findings(self) -> tuple[Finding, ...]:
        findings = [_unfit(self.step, remark) for remark in self.unfit]
        if not self.deciding and self.complete:
            findings.append(_unfit(self.step, "Nothing was judged: [budgets] names nothing that decides."))
        for one in self.deciding:
            if one.verdict is not Verdict.PASS:
                is_shown = one.verdict is Verdict.REGRESSED and self.complete
                findings.append(_finding(one, "core" if is_shown else UNCHECKED_LEVEL))
        return tuple(findings)


def _sound(one: Judgement) -> Judgement:
    """Return the judgement, INVALID if it says PASS of nothing measured or of an interval outside."""
    if one.verdict is not Verdict.PASS or not one.decides:
        return one
    wrong = None
    if one.samples < 1:
        wrong = "it says PASS, but nothing was measured"
    elif one.allowed is None and one.metric not in _EXACT:
        wrong = "it says PASS, but nothing says what is allowed"
    elif one.allowed is not None and not _is_inside(one, one.allowed):
        wrong = f"it says PASS, but {_actual(one)} is not within {one.allowed:.4g} {one.unit}"
    if wrong is None:
        return one
    return msgspec.structs.replace(one, verdict=Verdict.INVALID, reason=f"{wrong}; {_NOT_SOUND}.")


def _is_inside(one: Judgement, allowed: float) -> bool:
    # NaN compares as False. Bounds were logarithms or microseconds, which may cost the last digit.
    slack = _ROUNDING * abs(allowed)
    if one.metric in _EXACT:
        return True
    if one.metric == "errors" and allowed == 0:  # no upper bound is 0: not a single one, of enough
        return one.estimate == 0
    if one.metric == "capacity":  # of which the lower end is demanded
        return one.low is not None and one.low >= allowed - slack
    return one.high is not None and one.high <= allowed + slack


def _unfit(step: str, remark: str) -> Finding:
    return Finding(
        id=f"{step.replace(' ', '.')}.unfit",
        level=UNCHECKED_LEVEL,
        where=step,
        expected="a run that shows something",
        actual="none",
        message=remark,
    )


def _finding(one: Judgement, level: str) -> Finding:
    return Finding(
        id=f"load.{one.endpoint}.{one.metric}[{one.subject}]",
        level=level,
        where=f"{one.endpoint}, {one.subject}, {one.metric}",
        expected="a budget" if one.allowed is None else f"{_said(one.allowed)} {one.unit}",
        actual=_actual(one),
        message=f"{one.verdict.value}: {one.reason}",
    )


def _actual(one: Judgement) -> str:
    if one.estimate is None:
        return "not measured"
    interval = "" if one.low is None and one.high is None else f" [{_said(one.low)}, {_said(one.high)}]"
    return f"{_said(one.estimate)}{interval} {one.unit}"


def _said(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"


def _redacted(recording: Recording, secrets: frozenset[str]) -> Recording:
    windows = tuple(
        msgspec.structs.replace(
            window,
            endpoints={
                name: msgspec.structs.replace(
                    record, errors={redact(error, secrets): count for error, count in record.errors.items()}
                )
                for name, record in window.endpoints.items()
            },
        )
        for window in recording.windows
    )
    remarks = tuple(redact(remark, secrets) for remark in recording.remarks)
    return msgspec.structs.replace(recording, windows=windows, remarks=remarks)
