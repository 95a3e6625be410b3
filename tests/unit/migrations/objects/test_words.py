from dataclasses import replace

import pytest

from migrations.drift.findings import difference as of_the_models
from migrations.drift.objects.comparison import Difference
from migrations.drift.objects.facts import ObjectFact
from migrations.drift.objects.overlap import joined
from migrations.drift.objects.places import place_of
from migrations.drift.objects.wording import described, finding
from migrations.files import Migration
from tests.unit.migrations.objects.conftest import fact

CREATE = "CREATE INDEX idx_bookings_status ON public.bookings USING btree (status)"
INDEX = fact("index", "public.bookings", "idx_bookings_status", "status", definition=CREATE, state="valid")
FUNCTION = fact(
    "function",
    "public.cancel(uuid,text)",
    "cancel",
    body="sha256 1",
    security="SECURITY INVOKER",
)
FUNCTION = replace(FUNCTION, aspects={**FUNCTION.aspects, "kind": "FUNCTION"})
FILES = (
    Migration("001_a.sql", "001", "a", "SELECT 1;\nCREATE FUNCTION public.cancel(uuid, text) AS '';\n"),
    Migration("002_b.sql", "002", "b", "\n\nCREATE OR REPLACE FUNCTION public.cancel(uuid, text) AS '';\n"),
)


def test_a_missing_index_is_one_sentence_with_the_statement() -> None:
    result = finding(Difference(made=INDEX, live=None), FILES)
    assert result.id == "index.bookings.idx_bookings_status"
    assert result.message == f"Index idx_bookings_status on public.bookings is missing; {CREATE} restores it."


def test_what_is_not_in_the_files_may_be_put_there() -> None:
    listening = fact("publication", "public.bookings", "supabase_realtime")
    message = finding(Difference(made=None, live=listening), FILES).message
    assert message.startswith("Publication supabase_realtime of public.bookings is not in the files")
    assert "ALTER PUBLICATION supabase_realtime DROP TABLE public.bookings takes it back" in message
    assert message.endswith("or put it into a migration if it is meant.")


def test_a_trigger_that_only_watches_is_advice_and_another_is_not() -> None:
    watch = fact(
        "trigger", "public.bookings", "hook", "AFTER", "public.f", "plpgsql", "BEGIN RETURN NULL; END"
    )
    result = finding(Difference(made=None, live=watch), FILES)
    assert result.level == "advice"
    assert result.message == (
        "Trigger hook on public.bookings is not in the files: it only watches, after a row was stored, and "
        "neither changes rows nor refuses them; DROP TRIGGER hook ON public.bookings takes it back, or put "
        "it into a migration if it is meant."
    )
    other = finding(Difference(made=None, live=replace(watch, parts=["BEFORE", *watch.parts[1:]])), FILES)
    assert other.level == "core"
    assert "may change rows, refuse them or carry them away" in other.message


def test_a_function_that_must_go_first_is_said_so() -> None:
    made = replace(FUNCTION, made_by="CREATE OR REPLACE FUNCTION …\n…")
    live = replace(made, aspects={**made.aspects, "result": "uuid"})
    result = finding(Difference(made=made, live=live, aspects=("result",)), FILES)
    assert (
        "DROP ROUTINE public.cancel(uuid,text), and the statement in 002_b.sql, line 3, with its REVOKE and "
        "GRANT, restore it" in result.message
    )


def test_a_body_is_named_by_the_last_place_that_makes_it() -> None:
    made = replace(FUNCTION, made_by="CREATE OR REPLACE FUNCTION …\n…")
    live = replace(made, aspects={**made.aspects, "body": "sha256 2"})
    result = finding(Difference(made=made, live=live, aspects=("body",)), FILES)
    assert "002_b.sql, line 3" in result.message
    assert (result.expected, result.actual) == ("body: sha256 1", "body: sha256 2")


def test_an_object_that_no_file_makes_has_no_place() -> None:
    assert place_of(INDEX, FILES) is None


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (INDEX, "index idx_bookings_status on public.bookings"),
        (FUNCTION, "function public.cancel(uuid,text)"),
        (fact("column", "public.bookings", "status"), "column public.bookings.status"),
        (fact("table grant", "public.bookings", "anon"), "privileges of anon on public.bookings"),
        (fact("schema grant", "public", "anon"), "privileges of anon on schema public"),
        (fact("default grant", "TABLES", "anon"), "privileges of anon on later tables of schema public"),
        (
            fact("default grant", "FUNCTIONS of every schema", "anon"),
            "privileges of anon on later functions of every schema",
        ),
    ],
)
def test_objects_are_named_in_words(item: ObjectFact, words: str) -> None:
    assert described(item) == words


def test_what_the_models_say_already_is_not_said_twice() -> None:
    said = of_the_models(
        "index",
        "bookings",
        "status",
        where="index on public.bookings (status)",
        expected="INDEX",
        todo="create it",
    )
    (result,) = joined([said], [Difference(made=INDEX, live=None)], FILES)
    assert result.id == said.id
    assert result.message == f"{said.message} By the files: {CREATE} restores it."


def test_what_the_models_do_not_say_is_added() -> None:
    said = of_the_models(
        "function", "cancel", "security", where="function public.cancel", expected="INVOKER", todo="alter it"
    )
    live = replace(FUNCTION, aspects={**FUNCTION.aspects, "body": "sha256 2", "security": "SECURITY DEFINER"})
    both = Difference(made=FUNCTION, live=live, aspects=("body", "security"))
    first, second = joined([said], [both], FILES)
    assert first.id == said.id
    assert (second.id, second.expected) == ("function.cancel(uuid,text)", "body: sha256 1")
