from dataclasses import replace

from migrations.drift.objects.comparison import compare
from migrations.drift.objects.facts import ObjectFact
from tests.unit.migrations.objects.conftest import fact, objects

INDEX = fact(
    "index",
    "public.bookings",
    "idx_bookings_status",
    "status",
    definition="CREATE INDEX idx_bookings_status ON public.bookings USING btree (status)",
    state="valid",
)
TRIGGER = fact("trigger", "public.bookings", "watch", definition="CREATE TRIGGER watch", state="enabled")


def test_equal_databases_differ_in_nothing(table: ObjectFact, column: ObjectFact) -> None:
    both = objects(table, column, INDEX)
    result = compare(both, both)
    assert (result.differences, result.beyond, result.compared) == ((), (), 3)


def test_what_is_missing_is_named(table: ObjectFact, column: ObjectFact) -> None:
    (difference,) = compare(objects(table, column, INDEX), objects(table, column)).differences
    assert (difference.made, difference.live) == (INDEX, None)


def test_only_the_aspects_that_differ_are_named(table: ObjectFact, column: ObjectFact) -> None:
    invalid = replace(INDEX, aspects={**INDEX.aspects, "state": "invalid"})
    (difference,) = compare(objects(table, column, INDEX), objects(table, column, invalid)).differences
    assert difference.aspects == ("state",)


def test_what_follows_from_a_missing_table_is_not_said_again(table: ObjectFact, column: ObjectFact) -> None:
    (difference,) = compare(objects(table, column, INDEX, TRIGGER), objects()).differences
    assert difference.fact == table


def test_what_is_built_on_a_missing_column_is_not_said_again(table: ObjectFact, column: ObjectFact) -> None:
    (difference,) = compare(objects(table, column, INDEX), objects(table)).differences
    assert difference.fact == column


def test_a_column_of_the_same_definition_may_be_the_missing_one(
    table: ObjectFact, column: ObjectFact
) -> None:
    other = replace(column, name="state", parts=["state"])
    (difference,) = compare(objects(table, column), objects(table, other)).differences
    assert difference.renamed_to == "state"


def test_a_constraint_of_the_same_definition_may_be_the_missing_one(table: ObjectFact) -> None:
    check = fact("constraint", "public.bookings", "slot", definition="CHECK (true)", state="enforced")
    other = replace(check, name="bounds")
    result = compare(objects(table, check), objects(table, other))
    assert [difference.renamed_to for difference in result.differences] == ["bounds"]
    assert result.beyond == ()


def test_a_function_that_differs_brings_its_privileges() -> None:
    cancel = fact("function", "public.cancel(uuid)", "cancel", body="a")
    execute = fact("function grant", "public.cancel(uuid)", "service_role", "EXECUTE")
    made = objects(cancel, execute)
    (lost,) = compare(made, objects(fact("function", "public.mine()", "mine", body="b"))).differences
    (changed,) = compare(made, objects(replace(cancel, aspects={"body": "b"}), execute)).differences
    assert lost.grants == changed.grants == (execute,)


def test_who_listens_is_advice_and_what_the_files_lost_is_not(table: ObjectFact) -> None:
    listening = fact("publication", "public.bookings", "supabase_realtime")
    (extra,) = compare(objects(table), objects(table, listening)).differences
    (lost,) = compare(objects(table, listening), objects(table)).differences
    assert (extra.is_advice, lost.is_advice) == (True, False)


def test_a_column_and_an_index_of_the_users_own_are_beyond_the_files(
    table: ObjectFact, column: ObjectFact
) -> None:
    room = replace(column, name="room", parts=["room"])
    result = compare(objects(table, column), objects(table, column, room, INDEX))
    assert (result.differences, result.beyond) == ((), (room, INDEX))


def test_a_trigger_that_the_files_do_not_make_is_named(table: ObjectFact) -> None:
    (difference,) = compare(objects(table), objects(table, TRIGGER)).differences
    assert (difference.made, difference.live) == (None, TRIGGER)


def test_a_table_of_the_users_own_is_nobodys_business(table: ObjectFact) -> None:
    users = fact("table", "public.users", "users", row_level_security="disabled")
    touch = replace(TRIGGER, relation="public.users")
    grant = fact("table grant", "public.users", "anon", "SELECT")
    result = compare(objects(table), objects(table, users, touch, grant))
    assert (result.differences, result.beyond) == ((), ())


def test_a_privilege_of_an_outsider_is_named_and_one_of_another_role_is_not(table: ObjectFact) -> None:
    anon = fact("table grant", "public.bookings", "anon", "SELECT (status)")
    server = fact("table grant", "public.bookings", "service_role", "SELECT", "REFERENCES")
    wanted = replace(server, parts=["SELECT"])
    (difference,) = compare(objects(table, wanted), objects(table, server, anon)).differences
    assert (difference.live, difference.privileges) == (anon, ("SELECT (status)",))


def test_a_privilege_that_the_server_lost_is_named(table: ObjectFact) -> None:
    made = fact("table grant", "public.bookings", "service_role", "SELECT", "INSERT")
    (difference,) = compare(objects(table, made), objects(table, replace(made, parts=["INSERT"]))).differences
    assert (difference.made, difference.privileges) == (made, ("SELECT",))


def test_a_schema_that_an_outsider_may_not_enter_is_no_loss() -> None:
    usage = [fact("schema grant", "public", role, "USAGE") for role in ("anon", "service_role")]
    (difference,) = compare(objects(*usage), objects()).differences
    assert difference.fact.name == "service_role"


def test_what_a_project_gives_to_later_tables_is_judged_by_who_gets_too_much() -> None:
    server = fact("default grant", "TABLES", "service_role", "SELECT", owner="postgres")
    anon = fact("default grant", "TABLES", "anon", "SELECT", owner="postgres")
    assert compare(objects(server, anon), objects()).differences == ()
    assert compare(objects(), objects(server)).differences == ()
    (difference,) = compare(objects(), objects(server, anon)).differences
    assert difference.live == anon


def test_a_unique_index_stands_for_a_constraint(table: ObjectFact) -> None:
    definition = "CREATE UNIQUE INDEX token ON public.bookings USING btree (status)"
    key = fact(
        "constraint",
        "public.bookings",
        "token",
        "status",
        definition="UNIQUE (status)",
        index=definition,
        state="enforced",
    )
    index = fact("unique index", "public.bookings", "token", "status", definition=definition, state="valid")
    result = compare(objects(table, key), objects(table, index))
    assert (result.differences, result.beyond) == ((), ())
    invalid = replace(index, aspects={**index.aspects, "state": "invalid"})
    assert compare(objects(table, key), objects(table, invalid)).differences


def test_a_second_function_of_the_name_is_named_and_another_function_is_not() -> None:
    cancel = fact("function", "public.cancel(uuid)", "cancel", body="a")
    second = replace(cancel, relation="public.cancel(text)")
    mine = fact("function", "public.mine()", "mine", body="b")
    (difference,) = compare(objects(cancel), objects(cancel, second, mine)).differences
    assert difference.live == second
