"""The statements that make an object of a database again what the SQL files make it."""

from collections.abc import Iterator

from migrations.drift.objects.comparison import GRANTS, Difference
from migrations.drift.objects.facts import ObjectFact
from migrations.requirements import OUTSIDERS, SERVICE_ROLE

__all__ = ["repair"]

_GRANT_TARGETS = {
    "table grant": "{}",
    "sequence grant": "SEQUENCE {}",
    "function grant": "FUNCTION {}",
    "schema grant": "SCHEMA {}",
}


def repair(difference: Difference) -> tuple[str, ...]:
    """Return the statements that take a difference back, in order; none where that is more than a statement.

    They are complete SQL without semicolons, for a reader to judge: nothing here runs them.
    """
    fact = difference.fact
    if fact.kind in GRANTS:
        return _grant(difference)
    if difference.live is None:
        return _restore(difference)
    if difference.made is None:
        return _removal(fact)
    if fact.kind == "function":
        return tuple(_function_changes(difference, difference.made))
    return tuple(_change(difference.made, difference.live, difference.aspects))


def _restore(difference: Difference) -> tuple[str, ...]:
    fact = difference.fact
    definition = fact.aspects.get("definition", "")
    table = f"ALTER TABLE {fact.relation}"
    statement: str | None = None
    match fact.kind:
        case "constraint" if difference.renamed_to is not None:
            statement = f"{table} RENAME CONSTRAINT {difference.renamed_to} TO {fact.name}"
        case "column" if difference.renamed_to is not None:
            statement = f"{table} RENAME COLUMN {difference.renamed_to} TO {fact.name}"
        case "column":
            statement = f"{table} ADD COLUMN {fact.name} {_column(fact)}"
        case "constraint":
            statement = f"{table} ADD CONSTRAINT {fact.name} {definition}"
        case "index" | "unique index" | "trigger" | "rule":
            statement = definition.removesuffix(";")
        case "policy":
            statement = f"CREATE POLICY {fact.name} ON {fact.relation} {definition}"
        case "function" if fact.made_by is not None:
            return (fact.made_by.strip(), *_privileges(difference))
        case "publication":
            statement = f"ALTER PUBLICATION {fact.name} ADD TABLE {fact.relation}"
        case _:
            pass
    return () if statement is None else (statement.strip(),)


def _removal(fact: ObjectFact) -> tuple[str, ...]:
    match fact.kind:
        case "trigger" | "rule" | "policy":
            return (f"DROP {fact.kind.upper()} {fact.name} ON {fact.relation}",)
        case "function":
            return (f"DROP ROUTINE {fact.relation}",)
        case "publication":
            return (f"ALTER PUBLICATION {fact.name} DROP TABLE {fact.relation}",)
        case _:
            return ()


def _change(made: ObjectFact, live: ObjectFact, aspects: tuple[str, ...]) -> Iterator[str]:
    table = f"ALTER TABLE {made.relation}"
    match made.kind:
        case "column":
            yield from _column_changes(made, live, aspects, f"{table} ALTER COLUMN {made.name}")
        case "constraint" if "definition" in aspects or made.aspects["state"] != live.aspects["state"]:
            yield from _constraint_changes(made, live, aspects, table)
        case "index" | "unique index":
            yield f"DROP INDEX {_schema(made)}{made.name}"
            yield made.aspects["definition"]
        case "trigger":
            if "definition" in aspects:
                yield f"DROP TRIGGER {made.name} ON {made.relation}"
                yield made.aspects["definition"]
            else:
                yield f"{table} ENABLE TRIGGER {made.name}"
        case "rule" | "policy":
            yield f"DROP {made.kind.upper()} {made.name} ON {made.relation}"
            yield from _restore(Difference(made=made, live=None))
        case "table":
            yield from _table_changes(made, live, aspects, table)


def _column_changes(
    made: ObjectFact, live: ObjectFact, aspects: tuple[str, ...], column: str
) -> Iterator[str]:
    if ("computed" in aspects and made.aspects["computed"] != "no") or (
        "identity" in aspects and live.aspects["identity"] == "no"
    ):
        return  # cannot be said in one statement that keeps the values
    if "computed" in aspects:
        yield f"{column} DROP EXPRESSION"
    if "identity" in aspects:
        yield f"{column} DROP IDENTITY"
    if "type" in aspects or "collation" in aspects:
        # The default may not fit the type that the column has now.
        yield f"{column} DROP DEFAULT"
        yield f"{column} TYPE {_typed(made)} USING {made.name}::{made.aspects['type']}"
    if not {"default", "identity", "type", "collation"}.isdisjoint(aspects):
        default = made.aspects["default"]
        yield f"{column} DROP DEFAULT" if default == "none" else f"{column} SET DEFAULT {default}"
    if "NULL" in aspects:
        yield f"{column} {'SET' if made.aspects['NULL'] == 'refused' else 'DROP'} NOT NULL"
    if "long values" in aspects:
        yield f"{column} SET STORAGE {'PLAIN' if made.aspects['long values'] == 'refused' else 'EXTENDED'}"


def _constraint_changes(
    made: ObjectFact, live: ObjectFact, aspects: tuple[str, ...], table: str
) -> Iterator[str]:
    definition = made.aspects["definition"]
    if live.aspects["definition"] == f"{definition} NOT VALID":
        yield f"{table} VALIDATE CONSTRAINT {made.name}"
    elif "definition" in aspects or live.aspects["state"] == "an invalid index":
        yield f"{table} DROP CONSTRAINT {made.name}, ADD CONSTRAINT {made.name} {definition}"
    else:
        yield f"{table} ENABLE TRIGGER ALL"


def _function_changes(difference: Difference, made: ObjectFact) -> Iterator[str]:
    aspects = difference.aspects
    procedure = f"ALTER {made.aspects['kind']} {made.relation}"
    simple = {"volatility", "NULL arguments", "security", "leaks"}
    if simple.issuperset(aspects):
        yield f"{procedure} {' '.join(made.aspects[name] for name in aspects)}"
        return
    if made.made_by is None:
        return
    # CREATE OR REPLACE cannot change these.
    must_go = not {"result", "arguments", "kind"}.isdisjoint(aspects)
    if must_go:
        yield f"DROP ROUTINE {made.relation}"
    yield made.made_by.strip()
    if must_go:
        yield from _privileges(difference)


def _privileges(difference: Difference) -> Iterator[str]:
    """Yield what gives a function that is made again the privileges of the files, and no other."""
    made = difference.fact
    yield f"REVOKE ALL ON ROUTINE {made.relation} FROM PUBLIC, {', '.join((*OUTSIDERS, SERVICE_ROLE))}"
    for grant in difference.grants:
        yield f"GRANT {', '.join(sorted(grant.parts))} ON ROUTINE {made.relation} TO {grant.name}"


def _table_changes(made: ObjectFact, live: ObjectFact, aspects: tuple[str, ...], table: str) -> Iterator[str]:
    if "persistence" in aspects:
        yield f"{table} SET {made.aspects['persistence'].upper()}"
    if "row level security" in aspects:
        wanted, found = made.aspects["row level security"], live.aspects["row level security"]
        if (wanted == "disabled") != (found == "disabled"):
            yield f"{table} {'DISABLE' if wanted == 'disabled' else 'ENABLE'} ROW LEVEL SECURITY"
        if ("forced" in wanted) != ("forced" in found):
            yield f"{table} {'FORCE' if 'forced' in wanted else 'NO FORCE'} ROW LEVEL SECURITY"
    if "autovacuum" in aspects:
        yield f"{table} SET (autovacuum_enabled = {made.aspects['autovacuum']})"
    if "replica identity" in aspects:
        wanted = made.aspects["replica identity"]
        yield f"{table} REPLICA IDENTITY {'NOTHING' if wanted == 'none' else 'DEFAULT'}"
    if "children" in aspects:
        ours = made.aspects["children"].split(", ")
        for child in live.aspects["children"].split(", "):
            if child not in ours and child != "none":
                yield f"ALTER TABLE {child} NO INHERIT {made.relation}"


def _grant(difference: Difference) -> tuple[str, ...]:
    fact = difference.fact
    privileges = ", ".join(difference.privileges)
    gives = difference.made is not None
    words = (f"GRANT {privileges} ON", "TO") if gives else (f"REVOKE {privileges} ON", "FROM")
    if fact.kind == "default grant":
        what, _, everywhere = fact.relation.partition(" of ")
        # They are those of what one role makes: without its name they would be of who runs the statement.
        owner = (difference.live or fact).aspects.get("owner")
        whose = "" if owner is None else f" FOR ROLE {owner}"
        place = whose if everywhere else f"{whose} IN SCHEMA public"
        return (f"ALTER DEFAULT PRIVILEGES{place} {words[0]} {what} {words[1]} {fact.name}",)
    target = _GRANT_TARGETS[fact.kind].format(fact.relation)
    return (f"{words[0]} {target} {words[1]} {fact.name}",)


def _column(fact: ObjectFact) -> str:
    aspects = fact.aspects
    parts = [
        _typed(fact),
        f"GENERATED ALWAYS AS ({aspects['computed']}) STORED" if aspects["computed"] != "no" else "",
        f"GENERATED {aspects['identity'].upper()} AS IDENTITY" if aspects["identity"] != "no" else "",
        f"DEFAULT {aspects['default']}" if aspects["default"] != "none" else "",
        "NOT NULL" if aspects["NULL"] == "refused" else "",
    ]
    return " ".join(filter(None, parts))


def _typed(fact: ObjectFact) -> str:
    collation = fact.aspects["collation"]
    own = "" if collation in {"none", 'pg_catalog."default"'} else f" COLLATE {collation}"
    return fact.aspects["type"] + own


def _schema(fact: ObjectFact) -> str:
    return "public." if fact.relation.startswith("public.") else ""
