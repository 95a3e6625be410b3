import pytest

from migrations.drift.objects.facts import ObjectFact
from migrations.drift.objects.watching import only_watches
from tests.unit.migrations.objects.conftest import fact


def trigger(
    source: str,
    *,
    when: str = "AFTER",
    function: str = "public.watch",
    language: str = "plpgsql",
    state: str = "enabled",
) -> ObjectFact:
    return fact("trigger", "public.bookings", "watch", when, function, language, source, state=state)


@pytest.mark.parametrize(
    "source",
    [
        "BEGIN RETURN NULL; END",
        "BEGIN PERFORM pg_notify('b', json_build_object('op', TG_OP, 'id', NEW.id)::text); RETURN NEW; END",
        "BEGIN PERFORM net.http_post(url := 'https://a', body := to_jsonb(NEW)); RETURN NULL; END",
        "BEGIN PERFORM realtime.broadcast_changes('b', TG_OP, TG_OP, 'b', 'p', NEW, OLD); RETURN NULL; END",
        "BEGIN IF (TG_OP = 'UPDATE' AND (OLD.id <> NEW.id)) THEN RAISE NOTICE 'x'; END IF; RETURN NEW; END",
        "BEGIN -- delete from bookings\n RAISE LOG 'insert or update'; NOTIFY bookings; RETURN NULL; END",
    ],
)
def test_what_only_tells_others_watches(source: str) -> None:
    assert only_watches(trigger(source))
    assert not only_watches(trigger(source, when="BEFORE"))
    assert not only_watches(trigger(source, when="INSTEAD OF"))


@pytest.mark.parametrize(
    "source",
    [
        "BEGIN DELETE FROM public.audit_logs WHERE id = NEW.id; RETURN NULL; END",
        "BEGIN INSERT INTO public.log VALUES (NEW.id); RETURN NULL; END",
        "BEGIN UPDATE public.bookings SET status = 'x'; RETURN NULL; END",
        "BEGIN RAISE EXCEPTION 'closed'; END",
        "BEGIN RAISE 'closed'; END",
        "BEGIN RAISE; END",
        "BEGIN ASSERT NEW.id IS NOT NULL; RETURN NULL; END",
        "DECLARE x int; BEGIN SELECT 1 INTO STRICT x FROM public.users; RETURN NULL; END",
        "BEGIN EXECUTE 'delete from public.bookings'; RETURN NULL; END",
        "BEGIN PERFORM public.touch(NEW.id); RETURN NULL; END",
        "BEGIN PERFORM public.pg_notify('a', 'b'); RETURN NULL; END",
        'BEGIN PERFORM "Touch"(NEW.id); RETURN NULL; END',
        "BEGIN PERFORM set_config('session_replication_role', 'replica', false); RETURN NULL; END",
        "BEGIN CALL public.archive(); RETURN NULL; END",
        "BEGIN RAISE NOTICE 'unfinished; END",
    ],
)
def test_what_may_write_or_refuse_does_not_only_watch(source: str) -> None:
    assert not only_watches(trigger(source))


def test_a_database_webhook_watches_whatever_its_source_is() -> None:
    hook = trigger("BEGIN INSERT INTO hooks; END", function="supabase_functions.http_request")
    assert only_watches(hook)
    assert not only_watches(trigger(hook.parts[3], function="public.http_request"))


def test_another_language_cannot_be_told() -> None:
    assert not only_watches(trigger("RI_FKey_check_ins", language="c"))


@pytest.mark.parametrize("state", ["disabled", "enabled for replicas only"])
def test_what_does_not_fire_does_nothing(state: str) -> None:
    assert only_watches(trigger("BEGIN RAISE EXCEPTION 'no'; END", state=state))
