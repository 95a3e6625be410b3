from dataclasses import replace

import pytest

from migrations.drift.objects.comparison import Difference
from migrations.drift.objects.facts import ObjectFact
from migrations.drift.objects.repairs import repair
from tests.unit.migrations.objects.conftest import fact

COLUMN = fact(
    "column",
    "public.bookings",
    "status",
    "status",
    type="text",
    NULL="refused",
    default="'confirmed'::text",
    computed="no",
    identity="no",
    collation='pg_catalog."default"',
    long_values="accepted",
)
CHECK = fact("constraint", "public.bookings", "slot", definition="CHECK ((a > b))", state="enforced")
TRIGGER = fact("trigger", "public.bookings", "touch", definition="CREATE TRIGGER touch …", state="enabled")
GRANT = fact("table grant", "public.bookings", "anon", "SELECT")


def changed(made: ObjectFact, **aspects: str) -> Difference:
    named = {key.replace("_", " "): value for key, value in aspects.items()}
    return Difference(made=made, live=replace(made, aspects={**made.aspects, **named}), aspects=tuple(named))


@pytest.mark.parametrize(
    ("difference", "statements"),
    [
        (
            Difference(made=COLUMN, live=None),
            ("ALTER TABLE public.bookings ADD COLUMN status text DEFAULT 'confirmed'::text NOT NULL",),
        ),
        (
            Difference(made=COLUMN, live=None, renamed_to="state"),
            ("ALTER TABLE public.bookings RENAME COLUMN state TO status",),
        ),
        (changed(COLUMN, NULL="accepted"), ("ALTER TABLE public.bookings ALTER COLUMN status SET NOT NULL",)),
        (
            changed(COLUMN, default="none"),
            ("ALTER TABLE public.bookings ALTER COLUMN status SET DEFAULT 'confirmed'::text",),
        ),
        (
            Difference(made=CHECK, live=None),
            ("ALTER TABLE public.bookings ADD CONSTRAINT slot CHECK ((a > b))",),
        ),
        (
            changed(CHECK, definition="CHECK ((a > b)) NOT VALID"),
            ("ALTER TABLE public.bookings VALIDATE CONSTRAINT slot",),
        ),
        (
            changed(CHECK, definition="CHECK (true)"),
            ("ALTER TABLE public.bookings DROP CONSTRAINT slot, ADD CONSTRAINT slot CHECK ((a > b))",),
        ),
        (changed(TRIGGER, state="disabled"), ("ALTER TABLE public.bookings ENABLE TRIGGER touch",)),
        (Difference(made=None, live=TRIGGER), ("DROP TRIGGER touch ON public.bookings",)),
        (
            Difference(made=None, live=GRANT, privileges=("SELECT",)),
            ("REVOKE SELECT ON public.bookings FROM anon",),
        ),
        (
            Difference(made=GRANT, live=None, privileges=("SELECT",)),
            ("GRANT SELECT ON public.bookings TO anon",),
        ),
        (
            Difference(
                made=None,
                live=fact("default grant", "TABLES", "anon", "SELECT"),
                privileges=("SELECT",),
            ),
            ("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM anon",),
        ),
        (
            Difference(
                made=None,
                live=fact("default grant", "FUNCTIONS of every schema", "anon", "EXECUTE", owner="a, b"),
                privileges=("EXECUTE",),
            ),
            ("ALTER DEFAULT PRIVILEGES FOR ROLE a, b REVOKE EXECUTE ON FUNCTIONS FROM anon",),
        ),
        (
            Difference(made=CHECK, live=None, renamed_to="bounds"),
            ("ALTER TABLE public.bookings RENAME CONSTRAINT bounds TO slot",),
        ),
        (
            Difference(
                made=COLUMN,
                live=replace(COLUMN, aspects={**COLUMN.aspects, "computed": "'a'", "default": "none"}),
                aspects=("default", "computed"),
            ),
            (
                "ALTER TABLE public.bookings ALTER COLUMN status DROP EXPRESSION",
                "ALTER TABLE public.bookings ALTER COLUMN status SET DEFAULT 'confirmed'::text",
            ),
        ),
    ],
)
def test_the_statement_that_takes_it_back(difference: Difference, statements: tuple[str, ...]) -> None:
    assert repair(difference) == statements


def test_a_lost_table_is_more_than_a_statement() -> None:
    table = fact("table", "public.bookings", "bookings", persistence="logged")
    assert repair(Difference(made=table, live=None)) == ()


FUNCTION = replace(
    fact("function", "public.cancel(uuid)", "cancel", result="void"),
    aspects={"kind": "FUNCTION", "result": "void"},
    made_by="CREATE …\n",
)
EXECUTE = fact("function grant", "public.cancel(uuid)", "service_role", "EXECUTE")
GIVEN_BACK = (
    "REVOKE ALL ON ROUTINE public.cancel(uuid) FROM PUBLIC, anon, authenticated, service_role",
    "GRANT EXECUTE ON ROUTINE public.cancel(uuid) TO service_role",
)


def test_a_function_that_is_made_again_has_the_privileges_of_the_files() -> None:
    lost = Difference(made=FUNCTION, live=None, grants=(EXECUTE,))
    assert repair(lost) == ("CREATE …", *GIVEN_BACK)
    other = replace(FUNCTION, aspects={**FUNCTION.aspects, "result": "uuid"})
    changed = Difference(made=FUNCTION, live=other, aspects=("result",), grants=(EXECUTE,))
    assert repair(changed) == ("DROP ROUTINE public.cancel(uuid)", "CREATE …", *GIVEN_BACK)


def test_a_function_that_stays_keeps_its_privileges() -> None:
    other = replace(FUNCTION, aspects={**FUNCTION.aspects, "body": "b"})
    assert repair(Difference(made=FUNCTION, live=other, aspects=("body",), grants=(EXECUTE,))) == (
        "CREATE …",
    )
