"""Says a difference from the SQL files in words, with the statement that takes it back."""

from collections.abc import Sequence

from harness.models.outcome import Finding
from harness.models.verdict import ADVICE_LEVEL
from migrations.drift.objects.comparison import GRANTS, Difference
from migrations.drift.objects.facts import ObjectFact
from migrations.drift.objects.places import place_of
from migrations.drift.objects.repairs import repair
from migrations.files import Migration

__all__ = ["described", "finding", "remedy"]

_LONGEST = 500
"""A longer statement is named by its place in the files."""
_WHOLE = ("table", "view", "materialized view", "sequence", "function", "enum", "domain")
_WORDS = {
    **dict.fromkeys(_WHOLE, "{kind} {relation}"),
    **dict.fromkeys(
        ("schema grant", "function grant", "sequence grant"), "privileges of {name} on {kind} {relation}"
    ),
    "table grant": "privileges of {name} on {relation}",
    "default grant": "privileges of {name} on {later}",
    "column": "column {relation}.{name}",
    "publication": "publication {name} of {relation}",
}
_HARM = {
    "trigger": "a trigger that the files do not make may change rows, refuse them or carry them away",
    "rule": "a rule rewrites the statements of the store",
    "policy": "it admits to rows",
    "function": "PostgREST may call this one for the other",
    "publication": "who listens to it is sent the rows that row level security shows them, or all, and "
    "the keys of those that are deleted",
}
_WATCHES = "it only watches, after a row was stored, and neither changes rows nor refuses them"


def finding(difference: Difference, migrations: Sequence[Migration]) -> Finding:
    """Return the finding for one difference: advice where it does no harm by itself, else of level core."""
    where = described(difference.fact)
    return Finding(
        id=".".join(_id(difference.fact)),
        level=ADVICE_LEVEL if difference.is_advice else "core",
        where=where,
        expected=_expected(difference),
        actual=_actual(difference),
        message=f"{_state(difference, where)}; {remedy(difference, migrations)}.",
    )


def described(fact: ObjectFact) -> str:
    """Name an object in words: ``index idx_bookings_status on public.bookings``."""
    what, _, schema = fact.relation.partition(" of ")
    return _WORDS.get(fact.kind, "{kind} {name} on {relation}").format(
        kind=fact.kind.removesuffix(" grant"),
        name=fact.name,
        relation=fact.relation,
        later=f"later {what.lower()} of {schema or 'schema public'}",
    )


def remedy(difference: Difference, migrations: Sequence[Migration]) -> str:
    """Say how a difference is taken back: by a statement, or by the place in the files that makes it."""
    statements = repair(difference)
    text = "; ".join(statements)
    place = place_of(difference.fact, migrations) if difference.made is not None else None
    if statements and len(text) <= _LONGEST and "\n" not in text:
        said = f"{text} {'restores' if difference.made is not None else 'takes'} it{_away(difference)}"
    elif place is not None and statements and statements[0].startswith("DROP ROUTINE"):
        said = f"{statements[0]}, and the statement in {place}, with its REVOKE and GRANT, restore it"
    elif place is not None:
        said = (
            f"the statement in {place}, restores it "
            "(a function as CREATE OR REPLACE, with its REVOKE and GRANT)"
        )
    elif difference.made is not None:
        said = "restore it as the files make it"
    else:
        said = "take it back"
    if difference.made is None:
        said += ", or put it into a migration if it is meant"
    if difference.renamed_to is not None:
        said += f", if it became {difference.renamed_to}"
    return said


def _away(difference: Difference) -> str:
    return "" if difference.made is not None else " back"


def _id(fact: ObjectFact) -> tuple[str, ...]:
    kind = fact.kind.replace(" ", "_")
    if fact.kind in _WHOLE:
        return (kind, fact.relation.removeprefix("public."))
    return (kind, fact.relation.removeprefix("public."), fact.name.strip('"'))


def _state(difference: Difference, where: str) -> str:
    start = where[0].upper() + where[1:]
    if difference.fact.kind in GRANTS:
        verb = "lack" if difference.made is not None else "go beyond the files:"
        return f"{start} {verb} {', '.join(difference.privileges)}"
    if difference.live is None:
        return f"{start} is missing"
    if difference.made is None:
        harm = _HARM.get(difference.fact.kind, "somebody added it")
        watches = difference.is_advice and difference.fact.kind == "trigger"
        return f"{start} is not in the files: {_WATCHES if watches else harm}"
    return f"{start} is not what the files make: {_listed(difference.aspects)} differs"


def _expected(difference: Difference) -> str:
    if difference.made is None:
        return "nothing more than the files make" if difference.fact.kind in GRANTS else "no such object"
    if difference.fact.kind in GRANTS:
        return ", ".join(sorted(difference.made.parts))
    return _shown(difference.made, difference.aspects)


def _actual(difference: Difference) -> str:
    if difference.live is None:
        return "missing" if difference.fact.kind not in GRANTS else "none"
    if difference.fact.kind in GRANTS:
        return ", ".join(sorted(difference.live.parts))
    return _shown(difference.live, difference.aspects)


def _shown(fact: ObjectFact, aspects: Sequence[str]) -> str:
    if not aspects:
        shown = fact.aspects.get("definition")
        if shown is not None:
            return shown
        aspects = tuple(fact.aspects)
    if tuple(aspects) == ("definition",):
        return fact.aspects["definition"]
    return "; ".join(f"{name}: {fact.aspects.get(name, 'none')}" for name in aspects) or "there"


def _listed(aspects: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(aspects[:-1]), *aspects[-1:])))
