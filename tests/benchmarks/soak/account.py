"""Holds a store to what it said: what was lost, what was doubled, what nobody should have been told. Pure.

DONE has happened. UNAVAILABLE has not. UNKNOWN may have happened, once per time that it was said. So each
call must be found in the database at least as often as it was DONE, and at most as often as DONE and UNKNOWN
allow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.benchmarks.soak.said import Outcome, Said
from tests.benchmarks.soak.stored import EFFECTS, Stored
from tests.benchmarks.soak.turns import CLAIMED

__all__ = ["Account", "Verdict"]

_REPEATABLE = "reschedule"
"""The one call that happens again when it is made again; of all others, a repetition finds the first."""
Outcomes = Counter[Outcome]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found, a sentence each."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass
class Account:
    """All that was said, sorted by what it was said of."""

    calls: dict[str, Outcomes] = field(default_factory=lambda: defaultdict(Counter))
    """How often each outcome of each kind of call was said."""
    _by_key: dict[tuple[str, str], Outcomes] = field(default_factory=lambda: defaultdict(Counter))
    _written: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    """The name of each request that was acknowledged last, and those that may have been written."""
    _told: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """The id and the word that were told for each event."""
    _claims: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    _ended: list[tuple[str, str, Outcome, int]] = field(default_factory=list)
    """Completed work: table, id, how that was told, and the attempt."""
    _wrong: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, said: Iterable[Said]) -> "Account":
        """Take in all of it; what one thread said must come in its order."""
        account = cls()
        for one in said:
            account._take(one)
        return account

    def held_to(self, stored: Stored) -> Verdict:
        """Compare it with what is stored."""
        lost, doubled = [*self._never_new()], [*self._new_twice()]
        for sentence, is_lost in (*self._effects(stored), *self._taken(stored)):
            (lost if is_lost else doubled).append(sentence)
        lost += [*self._completed(stored), *self._names(stored)]
        return Verdict(lost=tuple(lost), doubled=tuple(doubled), wrong=tuple(self._wrong))

    def _take(self, one: Said) -> None:
        self.calls[one.what][one.outcome] += 1
        self._by_key[one.what, one.key][one.outcome] += 1
        if one.outcome is Outcome.WRONG:
            self._wrong.append(f"{one.what} {one.key}: {one.detail}")
            return
        verb, _, table = one.what.partition(" ")
        match verb, one.outcome:
            case "rename", Outcome.DONE:
                self._written[one.key] = one.detail, self._maybe(one.key)
            case "rename", Outcome.UNKNOWN:
                self._maybe(one.key).add(one.detail)
            case "deliver", Outcome.DONE:
                id_, _, word = one.detail.partition(" ")
                self._told[one.key].append((id_, word))
            case "claim", Outcome.DONE:
                self._claims[table, one.key, int(one.detail)] += 1
            case "complete", Outcome.DONE | Outcome.STALE:
                self._ended.append((table, one.key, one.outcome, int(one.detail)))
            case _:
                pass

    def _maybe(self, key: str) -> set[str]:
        return self._written.setdefault(key, ("", set()))[1]

    def _effects(self, stored: Stored) -> Iterator[tuple[str, bool]]:
        known = {effect: what for what, effects in EFFECTS.items() for effect in effects}
        keys = {(effect, key) for what, key in self._by_key for effect in EFFECTS.get(what, ())}
        for effect, key in sorted(keys | stored.counts.keys()):
            found = stored.counts.get((effect, key), 0)
            least, most = self._bounds(known.get(effect, effect), key)
            if not least <= found <= most:
                expected = f"{least}" if least == most else f"{least} to {most}"
                yield f"{effect} {key}: {found} stored, {expected} said", found < least

    def _bounds(self, what: str, key: str) -> tuple[int, int]:
        """How often a call has happened at least and at most."""
        said = self._by_key.get((what, key), Counter())
        if what == _REPEATABLE:
            return said[Outcome.DONE], said[Outcome.DONE] + said[Outcome.UNKNOWN]
        least = min(1, said[Outcome.DONE] + said[Outcome.FOUND])
        most = min(1, least + said[Outcome.UNKNOWN])
        removed = self._by_key.get(("remove", key), Counter()) if what == "open" else Counter[Outcome]()
        if removed[Outcome.DONE] or removed[Outcome.FOUND]:
            # A request that was long on its way may arrive after it was removed.
            return 0, min(1, said[Outcome.UNKNOWN])
        return (0 if removed[Outcome.UNKNOWN] else least), most

    def _names(self, stored: Stored) -> Iterator[str]:
        for key, (last, maybe) in self._written.items():
            found = stored.names.get(key)
            if found is not None and found != last and found not in maybe:
                yield f"rename {key}: {found!r} stored, {last!r} acknowledged last"

    def _never_new(self) -> Iterator[str]:
        for event, told in self._told.items():
            words = Counter(word for _, word in told)
            if not words["new"] and not self._by_key["deliver", event][Outcome.UNKNOWN]:
                yield f"deliver {event}: nobody was told that it is new"

    def _new_twice(self) -> Iterator[str]:
        for event, told in self._told.items():
            if sum(word == "new" for _, word in told) > 1:
                yield f"deliver {event}: told to be new more than once"
            if len({id_ for id_, _ in told}) > 1:
                yield f"deliver {event}: told under several ids"
        for (what, key), outcomes in self._by_key.items():
            if what in EFFECTS and what not in {_REPEATABLE, "deliver"} and outcomes[Outcome.DONE] > 1:
                yield f"{what} {key}: acknowledged {outcomes[Outcome.DONE]} times"

    def _taken(self, stored: Stored) -> Iterator[tuple[str, bool]]:
        for (table, id_, attempt), times in self._claims.items():
            if times > 1:
                yield f"claim {table} {id_}: attempt {attempt} was given to {times} workers", False
        claimed = Counter((table, id_) for table, id_, _ in self._claims)
        unexplained = 0
        for (table, id_), job in stored.jobs.items():
            given = claimed[table, id_]
            unexplained += job.attempts - given
            if given > job.attempts:
                yield f"claim {table} {id_}: {given} attempts given, {job.attempts} stored", True
            if not job.is_done and not (job.is_failed and job.attempts == job.max_attempts):
                yield f"{table} {id_}: it never ended, after {job.attempts} attempts", True
        unknown = sum(said[Outcome.UNKNOWN] for what, said in self.calls.items() if what.startswith("claim "))
        if unexplained > unknown * CLAIMED:
            yield f"claims: {unexplained} attempts were counted that nobody was given", False

    def _completed(self, stored: Stored) -> Iterator[str]:
        for table, id_, outcome, attempt in self._ended:
            job = stored.jobs.get((table, id_))
            if job is None:
                yield f"complete {table} {id_}: the row is gone"
            elif outcome is Outcome.DONE and not (job.is_done and job.attempts == attempt):
                yield f"complete {table} {id_}: acknowledged for attempt {attempt}, and not stored"
            elif outcome is Outcome.STALE and job.attempts <= attempt and not job.is_failed:
                yield f"complete {table} {id_}: refused to the owner of the last attempt {attempt}"
