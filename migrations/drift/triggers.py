"""The updated_at triggers, judged by what their functions do."""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from harness.models import Entity
from harness.models.outcome import Finding
from migrations.catalog import query
from migrations.drift.facts import Catalog, TriggerFact
from migrations.drift.findings import MISSING, difference

__all__ = ["judge_triggers"]

# The bits of pg_trigger.tgtype.
_ROW, _BEFORE, _UPDATE = 1, 2, 16
_FIRING = {"O", "A"}
_STATES = {"D": "disabled", "R": "enabled for replicas only"}


def judge_triggers(connection: psycopg.Connection, live: Catalog, entity: Entity[Any]) -> Iterator[Finding]:
    """Yield an updated_at trigger that is missing or does not work, and others that change rows."""
    changing = [
        fact
        for fact in live.triggers
        if fact.table == entity.table and fact.type & _ROW and fact.type & _BEFORE
    ]
    working: list[TriggerFact] = []
    broken: list[tuple[TriggerFact, str]] = []
    if entity.updated is not None:
        for fact in changing:
            if fact.type & _UPDATE:
                flaw = _flaw(connection, fact, entity)
                if flaw is None:
                    working.append(fact)
                else:
                    broken.append((fact, flaw))
        if not working:
            yield _without(entity, broken)
            # The one that was meant is reported already.
            changing = [fact for fact in changing if fact not in [candidate for candidate, _ in broken]]
    for fact in changing:
        if fact not in working and fact.enabled in _FIRING:
            yield difference(
                "trigger",
                entity.table,
                fact.name,
                where=f"trigger {fact.name} on public.{entity.table}",
                expected="no trigger that changes rows before they are stored",
                actual=f"a BEFORE … FOR EACH ROW trigger that calls {fact.function_schema}.{fact.function}()",
                todo="drop it, the store would not hold what it was sent, or make it an AFTER trigger",
            )


def _without(entity: Entity[Any], broken: list[tuple[TriggerFact, str]]) -> Finding:
    name = f"update_{entity.table}_updated_at"
    broken = sorted(broken, key=lambda candidate: candidate[0].name != name)
    return difference(
        "trigger",
        entity.table,
        entity.updated or "",
        where=f"trigger of {entity.updated} on public.{entity.table}",
        expected="BEFORE UPDATE FOR EACH ROW, enabled, with a function that advances the column",
        actual=f"{broken[0][0].name} {broken[0][1]}" if broken else MISSING,
        todo=(
            f"create {name} BEFORE UPDATE FOR EACH ROW with public.update_updated_at_column(), "
            "as 001_initial_schema.sql and 003_integrity.sql do"
        ),
    )


def _flaw(connection: psycopg.Connection, fact: TriggerFact, entity: Entity[Any]) -> str | None:
    if fact.enabled not in _FIRING:
        return f"is {_STATES.get(fact.enabled, 'disabled')}"
    if fact.type != _ROW | _BEFORE | _UPDATE:
        return "fires on other events than UPDATE, too"
    if fact.only_some_columns:
        return "fires only on updates of some columns (UPDATE OF)"
    if fact.conditional:
        return "fires only under a condition (WHEN)"
    return _misbehaviour(connection, fact, entity)


def _misbehaviour(connection: psycopg.Connection, fact: TriggerFact, entity: Entity[Any]) -> str | None:
    """Try the trigger on a temporary table; whatever it does is rolled back."""
    function = f"{fact.function_schema}.{fact.function}()"
    try:
        with connection.transaction(force_rollback=True), connection.cursor() as cursor:
            cursor.execute("SET LOCAL search_path TO DEFAULT")  # as it is when an application calls
            for statement in _probe_table(fact, entity):
                cursor.execute(statement)
            cursor.execute(query("drift_probe"))
            advances, shields, never_back, complete = cursor.fetchone() or (None,) * 4
    except psycopg.errors.InsufficientPrivilege:
        raise  # says nothing about the trigger: this role may not try it
    except psycopg.errors.OperationalError:
        raise
    except psycopg.Error as error:
        return f"calls {function}, which fails with SQLSTATE {error.sqlstate}"
    if not complete:
        return f"calls {function}, which swallows updates"
    if not advances:
        return f"calls {function}, which does not set {entity.updated} to the moment of the change"
    if not shields:
        return f"calls {function}, which lets a client set {entity.updated}"
    if not never_back:
        return f"calls {function}, which lets {entity.updated} go backwards"
    return None


def _probe_table(fact: TriggerFact, entity: Entity[Any]) -> Iterator[sql.Composed]:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type.value))
        for column in entity.columns
    ]
    columns.append(sql.SQL("place integer").format())
    yield sql.SQL("CREATE TEMPORARY TABLE parity_probe ({})").format(sql.SQL(", ").join(columns))
    yield sql.SQL(
        "INSERT INTO pg_temp.parity_probe (place, {}) VALUES "
        "(1, now()), (2, now()), (3, now() + interval '1 hour'), "
        "(4, now() - interval '60 days'), (5, timestamptz '2001-01-01 00:00+00')"
    ).format(sql.Identifier(entity.updated or ""))
    yield sql.SQL(
        "CREATE TRIGGER probe BEFORE UPDATE ON pg_temp.parity_probe FOR EACH ROW EXECUTE FUNCTION {}({})"
    ).format(
        sql.Identifier(fact.function_schema, fact.function),
        sql.SQL(", ").join(map(sql.Literal, fact.arguments)),
    )
