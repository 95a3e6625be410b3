"""The calls of a recording on one adapter, one after the other."""

from collections.abc import Callable, Sequence
from typing import Any

from contracts.excerpt import short
from contracts.plan import Level
from contracts.replay.answers import WRITES, Answers
from contracts.replay.asking import OF_THE_LINE, Asking
from contracts.replay.clock import Clock
from contracts.replay.differences import Difference, outline
from contracts.replay.doubts import Doubts, made_by
from contracts.replay.found import KEPT, Finding, Replayed
from contracts.replay.lines import Call, Failure
from contracts.replay.moments import Around
from contracts.replay.overlaps import Overlaps
from contracts.replay.reader import Recording
from contracts.replay.subjectrows import SubjectRows
from contracts.replay.times import RELATIVE, Cell, Span, Ticks, Times, iso, micros, parsed
from contracts.replay.translation import Translation, ids_in
from contracts.subject import Subject
from harness.adapters.bridge.errors import MissingOperation, NoJsonForm
from harness.adapters.capabilities import Capability
from harness.errors import HarnessError
from harness.models import ENTITIES
from harness.models.operations import Verb, table_alias

__all__ = ["Player"]

_MILLISECOND = 1000
_MAKES = frozenset({Verb.CREATE, Verb.RECEIVE, Verb.BOOK})
_TABLES = {table_alias(entity): entity.table for entity in ENTITIES.values()}


class Player:
    """Replays a recording on one adapter and compares each answer."""

    def __init__(
        self,
        recording: Recording,
        subject: Subject,
        done: Replayed,
        *,
        level: Level,
        pace: bool,
        clock: Clock,
        watch: Callable[[], None] = lambda: None,
    ) -> None:
        self._recording = recording
        self._subject = subject
        self._pace = pace
        self._clock = clock
        self._watch = watch
        header = recording.header
        capabilities = subject.capabilities
        self._times = Times(
            Ticks(
                recorded=1 if header.milliseconds is False else _MILLISECOND,
                replayed=1 if Capability.MICROSECONDS in capabilities else _MILLISECOND,
                stated=_MILLISECOND if header.milliseconds else 1,
            )
        )
        self._translation = Translation(self._times)
        doubles = True if Capability.EXACT_NUMBERS not in capabilities else header.doubles
        self._answers = Answers(self._translation, strict=level == "strict", doubles=doubles)
        older = header.rows_missing if header.rows is None else None
        self._doubts = Doubts(self._times, self._translation, older=older, paced=pace)
        self._begun = (micros(header.started), 0)
        self._failed: dict[str, int] = {}
        self._done = done

    def play(self) -> None:
        """Replay all calls, or as many as can be. What goes wrong with the harness becomes a reason."""
        try:
            self._subject.reset()
            self._load()
            self._replay()
        except HarnessError as error:
            self._done.reasons.append(f"On {self._done.adapter} the replay ended early: {_sentence(error)}")

    def _load(self) -> None:
        """Put in the rows at the start; what the clock is compared with lies as far ahead as it did then."""
        began, now = self._begun[0], self._clock.now()
        self._begun = (began, now)
        rows = self._recording.header.rows or {}
        by_us = _whole_ms(now - began)
        moved = {
            table: [self._translation.row(ENTITIES[table], row, by_us) for row in given]
            for table, given in rows.items()
        }
        SubjectRows(self._subject).at_start(moved)
        for table, given in rows.items():
            for row, new in zip(given, moved[table], strict=True):
                self._know(table, row, new)

    def _know(self, table: str, row: dict[str, Any], new: dict[str, Any]) -> None:
        id_ = str(row.get("id"))
        self._translation.pair(id_, id_)
        for column in ENTITIES[table].columns:
            one, other = parsed(row.get(column.alias)), parsed(new.get(column.alias))
            if column.name in RELATIVE[table] and one is not None and other is not None:
                self._times.note(table, id_.lower(), column.name, Cell(one, other, self._begun[0]))

    def _replay(self) -> None:
        recording = self._recording
        writes = [operation.verb in WRITES for operation in recording.called()]
        overlaps = Overlaps(recording.starts, recording.ends, writes)
        asking = Asking(self._subject)
        running: list[tuple[int, int, set[str]]] = []
        for call in recording.calls():
            others = [recording.numbers[place] for place in overlaps.next()]
            touched = made_by(call)
            if touched:
                running = [one for one in running if one[0] > call.started_ns]
                self._doubts.concur(call, touched, [(n, ids) for _, n, ids in running])
                running.append((call.ended_ns, call.n, touched))
            self._one(call, asking, others)
            self._watch()
            if self._done.failed >= KEPT:
                raise HarnessError(f"{KEPT:,} calls differ, which is enough")

    def _one(self, call: Call, asking: Asking, others: Sequence[int]) -> None:
        reason = self._unfit(call)
        if reason is not None:
            if call.error is None or call.error.kind == "outcome_unknown":
                self._spoil(call, (), f"call {call.n} was not replayed")
            self._done.doubts(self._finding(call, reason=reason))
            return
        began = self._begun[0]
        recorded = Span(began + call.started_ns // 1000, began + call.ended_ns // 1000)
        if self._pace:
            self._clock.wait_until(self._begun[1] + call.started_ns // 1000)
        start = self._clock.now()
        sent = self._translation.arguments(call, _whole_ms(start - recorded.start))
        try:
            answer, error = asking.ask(call, sent)
        except (MissingOperation, NoJsonForm) as missing:
            self._spoil(call, (), f"call {call.n} was not replayed")
            self._done.doubts(self._finding(call, reason=str(missing)))
            return
        self._done.operations[call.operation.name] += 1
        around = Around(
            recorded=recorded,
            replayed=self._clock.since(start),
            begun=self._begun,
            writes=call.operation.verb in WRITES,
            overlapped=bool(others),
        )
        if call.operation.verb is Verb.IMPORT and error is None:
            for row, new in zip(call.args[1], sent[1], strict=True):
                self._know(_TABLES[call.args[0]], row, new)
        differences = self._answers.compare(call, sent, answer, error, around)
        if around.writes:
            self._times.note_write(recorded.start)
        if call.operation.verb in _MAKES and call.error is None and error is None:
            self._doubts.born |= made_by(call)
        self._doubts.see(call, around)
        self._judge(call, error, differences, around, others)

    def _unfit(self, call: Call) -> str | None:
        if call.misshapen is not None:
            return f"its arguments have not the form of the protocol: {call.misshapen}"
        if call.error is not None and call.error.kind in OF_THE_LINE:
            return f"it was recorded as {call.error.kind}, which says nothing about the adapter"
        needs = Capability.CLIENT_IDS
        creates = call.operation.verb in _MAKES
        if creates and "id" in call.args[0] and needs not in self._subject.capabilities:
            return f"the application chose the id, and {self._done.adapter} lacks {needs.value}"
        return None

    def _judge(
        self,
        call: Call,
        error: Failure | None,
        differences: Sequence[Difference],
        around: Around,
        others: Sequence[int],
    ) -> None:
        if not differences:
            self._done.passed += 1
            return
        ids = {id_ for one in differences for id_ in one.ids}
        definite: list[Difference] = []
        reasons: list[str] = []
        for one in differences:
            why = self._doubts.explain(call, error, one, around, others)
            if why is None and call.error is not None and call.error.kind == "unexpected":
                why = f"it was recorded as {short(call.error.message)}: a defect of the recorded adapter"
            if why is None:
                definite.append(one)
            else:
                reasons.append(why)
        if definite:
            self._done.differs(self._difference(call, definite, ids))
            for id_ in ids | made_by(call):
                self._failed.setdefault(id_, call.n)
            return
        if around.writes:
            self._spoil(call, ids, f"call {call.n} differs for a reason that is not the adapter's")
        self._done.doubts(self._finding(call, reason=reasons[0]))

    def _spoil(self, call: Call, ids: Sequence[str] | set[str], reason: str) -> None:
        if call.operation.verb in WRITES:
            self._doubts.spoil(call, {*ids, *made_by(call)}, reason)

    def _difference(self, call: Call, found: Sequence[Difference], ids: set[str]) -> Finding:
        earlier = [self._failed[id_] for id_ in ids | set(ids_in(call.args)) if id_ in self._failed]
        return Finding(
            **self._about(call),
            level="core" if any(one.level == "core" for one in found) else "strict",
            expected="; ".join(one.expected for one in found[:3]),
            actual="; ".join(one.actual for one in found[:3]),
            follows=min(earlier, default=None),
        )

    def _finding(self, call: Call, *, reason: str) -> Finding:
        return Finding(**self._about(call), reason=reason)

    def _about(self, call: Call) -> dict[str, Any]:
        name = call.operation.name
        return {
            "n": call.n,
            "line": call.line,
            "operation": name,
            "call": f"{name}({', '.join(outline(value) for value in call.args)})",
            "at": iso(self._begun[0] + call.started_ns // 1000),
        }


def _whole_ms(by_us: int) -> int:
    """Move times by whole milliseconds: others would lose digits where only those are kept."""
    return by_us // _MILLISECOND * _MILLISECOND


def _sentence(error: HarnessError) -> str:
    text = str(error)
    return text if text.endswith(".") else f"{text}."
