"""Compares the objects of a database with those that the SQL files make: a pure function of both."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.models import ENTITIES
from migrations.drift.objects.facts import ObjectFact, Objects
from migrations.drift.objects.watching import only_watches
from migrations.requirements import OUTSIDERS, SERVICE_ROLE
from migrations.statements import words_of

__all__ = ["GRANTS", "Comparison", "Difference", "compare"]

GRANTS = frozenset({"table grant", "sequence grant", "function grant", "schema grant", "default grant"})
_PUBLIC = frozenset({"PUBLIC", *OUTSIDERS})
_RELATIONS = frozenset({"table", "view", "materialized view", "sequence"})
_BUILT_ON_COLUMNS = frozenset({"constraint", "index", "unique index", "policy"})
_NEVER_UNNOTICED = frozenset({"trigger", "rule", "publication", "function"})
"""What may change rows, carry them away or take the calls of another: it is named, whoever made it."""
_CLOSED = ("USING (false)", "WITH CHECK (false)")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One object that differs: missing where `live` is None, beyond the files where `made` is None."""

    made: ObjectFact | None
    live: ObjectFact | None
    aspects: tuple[str, ...] = ()
    """What of it differs, where both are there."""
    privileges: tuple[str, ...] = ()
    """The privileges that are missing or too many."""
    renamed_to: str | None = None
    """A column or constraint of the same definition that may have taken its place."""
    grants: tuple[ObjectFact, ...] = ()
    """What the files allow to whom, of a function: a new one has other privileges."""

    @property
    def is_advice(self) -> bool:
        """True for what the files do not make and what neither changes rows nor refuses them.

        A trigger that only watches is one, as Supabase's database webhooks are. Who listens to a publication
        is one, too: Realtime asks row level security for each row that it sends, and any other listener, as
        Debezium, has logged in with a role that may read everything without it.
        """
        if self.made is not None or self.live is None:
            return False
        return self.live.kind == "publication" or (self.live.kind == "trigger" and only_watches(self.live))

    @property
    def fact(self) -> ObjectFact:
        """The object, as the files make it if they do."""
        fact = self.made or self.live
        if fact is None:
            raise ValueError("a difference needs one side at least")
        return fact


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What came of comparing a database with the files."""

    differences: tuple[Difference, ...]
    beyond: tuple[ObjectFact, ...]
    """Objects that the files do not make, on tables that they make; they do no harm by themselves."""
    compared: int


def compare(made: Objects, live: Objects) -> Comparison:
    """Compare `live` with what the files made.

    What follows from another difference is not said again: all of a missing table, and what is built on a
    column that is missing or has another type. Objects that have nothing to do with the files are nobody's
    business but their owner's.
    """
    relations = {fact.relation for fact in made.values() if fact.kind in _RELATIONS}
    lost = {fact.relation for key, fact in made.items() if fact.kind in _RELATIONS and key not in live}
    blurred = _blurred(made, live)
    nothing_left = bool(relations) and lost == relations
    wanted = [
        fact
        for fact in made.values()
        if fact.kind in _RELATIONS or (not nothing_left and not _follows(fact, lost, blurred))
    ]
    differences = [found for fact in wanted for found in _judge(fact, made, live)]
    renamed = {(found.fact.kind, found.fact.relation, found.renamed_to) for found in differences}
    beyond: list[ObjectFact] = []
    for key, fact in live.items():
        if (
            key in made
            or key in renamed
            or not _concerns(fact, made, relations - lost)
            or _stands_in(fact, made)
        ):
            continue
        if _does_harm(fact):
            differences.append(_extra(fact))
        elif fact.kind not in GRANTS:
            beyond.append(fact)
    return Comparison(differences=tuple(differences), beyond=tuple(beyond), compared=len(wanted))


def _judge(fact: ObjectFact, made: Objects, live: Objects) -> Iterator[Difference]:
    actual = live.get(fact.key)
    if fact.kind in GRANTS:
        yield from _judge_grant(fact, actual, live)
    elif actual is None:
        if not _replaced(fact, live):
            yield Difference(
                made=fact, live=None, renamed_to=_renamed(fact, made, live), grants=_grants(fact, made)
            )
    else:
        names = [name for name in {**fact.aspects, **actual.aspects} if _differs(name, fact, actual)]
        if names:
            yield Difference(made=fact, live=actual, aspects=tuple(names), grants=_grants(fact, made))


def _grants(fact: ObjectFact, made: Objects) -> tuple[ObjectFact, ...]:
    if fact.kind != "function":
        return ()
    return tuple(
        other
        for other in made.values()
        if (other.kind, other.relation) == ("function grant", fact.relation) and other.parts
    )


def _differs(name: str, made: ObjectFact, live: ObjectFact) -> bool:
    return made.aspects.get(name) != live.aspects.get(name)


def _judge_grant(fact: ObjectFact, actual: ObjectFact | None, live: Objects) -> Iterator[Difference]:
    has = set(actual.parts) if actual is not None else set()
    if _matters(fact, live) and not has.issuperset(fact.parts):
        yield Difference(made=fact, live=actual, privileges=tuple(sorted(set(fact.parts) - has)))
    if actual is not None and fact.name in _PUBLIC and not has.issubset(fact.parts):
        yield Difference(made=None, live=actual, privileges=tuple(sorted(has - set(fact.parts))))


def _matters(fact: ObjectFact, live: Objects) -> bool:
    """Return whether losing this privilege is a loss: not if its object is gone, which is said of that."""
    if fact.kind == "default grant":
        # Of what is made later, which is granted by its own file: projects begin with different ones.
        return False
    if fact.kind == "schema grant":
        # A schema that an outsider may not enter is only safer.
        return fact.name == SERVICE_ROLE
    return any(other.relation == fact.relation and other.kind not in GRANTS for other in live.values())


def _extra(fact: ObjectFact) -> Difference:
    return Difference(made=None, live=fact, privileges=tuple(fact.parts) if fact.kind in GRANTS else ())


def _follows(fact: ObjectFact, lost: set[str], blurred: Mapping[str, set[str]]) -> bool:
    text = " ".join((*fact.aspects.values(), fact.made_by or ""))
    if fact.kind == "function":
        # One that returns rows of a dropped table was dropped with it, and the others cannot work.
        return any(re.search(rf"\b{re.escape(relation)}\b", text) for relation in lost)
    if fact.kind == "constraint" and any(f"REFERENCES {relation}(" in text for relation in lost):
        return True
    if fact.kind in _BUILT_ON_COLUMNS:
        columns = blurred.get(fact.relation, set())
        return fact.relation in lost or not columns.isdisjoint({*fact.parts, *words_of(text)})
    return fact.relation in lost


def _blurred(made: Objects, live: Objects) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, fact in made.items():
        actual = live.get(key)
        if fact.kind == "column" and (actual is None or _differs("type", fact, actual)):
            found.setdefault(fact.relation, set()).update(fact.parts)
    return found


def _replaced(fact: ObjectFact, live: Objects) -> bool:
    # A unique index stands for a constraint: it refuses the same rows, and errors report the same name.
    index = live.get(("unique index", fact.relation, fact.name))
    return (
        fact.kind == "constraint"
        and index is not None
        and index.aspects["definition"] == fact.aspects.get("index")
        and index.aspects["state"] == "valid"
        and fact.aspects["definition"].startswith("UNIQUE")
    )


def _stands_in(fact: ObjectFact, made: Objects) -> bool:
    constraint = made.get(("constraint", fact.relation, fact.name))
    return (
        fact.kind == "unique index"
        and constraint is not None
        and constraint.aspects.get("index") == fact.aspects["definition"]
    )


def _renamed(fact: ObjectFact, made: Objects, live: Objects) -> str | None:
    if fact.kind not in {"column", "constraint"}:
        return None
    return next(
        (
            other.name
            for key, other in live.items()
            if key not in made
            and (other.kind, other.relation) == (fact.kind, fact.relation)
            # The index of a key has its name.
            and {**other.aspects, "index": ""} == {**fact.aspects, "index": ""}
        ),
        None,
    )


def _concerns(fact: ObjectFact, made: Objects, relations: set[str]) -> bool:
    if fact.kind in {"schema grant", "default grant"}:
        return True
    if fact.kind == "function":
        return any(other.kind == "function" and other.name == fact.name for other in made.values())
    if fact.kind == "function grant":
        return any(other.kind == "function" and other.relation == fact.relation for other in made.values())
    return fact.relation in relations and fact.kind not in _RELATIONS


def _does_harm(fact: ObjectFact) -> bool:
    if fact.kind in GRANTS:
        return fact.name in _PUBLIC
    if fact.kind == "policy":
        # Those of the scheduler's own tables are judged by whom they admit.
        return fact.table not in ENTITIES and not fact.aspects["definition"].endswith(_CLOSED)
    return fact.kind in _NEVER_UNNOTICED
