"""A healthy project is not called a changed one for what Supabase and its dashboard put there."""

from pathlib import Path

from migrations.drift.objects.repairs import repair
from tests.integration.migrations.bench import Bench

HOSTED = (Path(__file__).parent / "hosted.sql").read_text()

ADVICE = {
    "trigger.bookings.booking_hook",
    "trigger.scheduling_requests.broadcast",
    "publication.bookings.supabase_realtime",
    "publication.webhook_events.dbz_publication",
    "publication.sync_jobs.dbz_publication",
}
"""Each carries rows elsewhere, which somebody should know of; none of them changes rows or refuses them."""


def test_services_webhooks_and_listeners_fail_nothing_and_the_latter_are_said(bench: Bench) -> None:
    with bench.changed(HOSTED, superuser=True) as database:
        judgement = database.judged()
        assert {finding.id for finding in judgement.findings} == ADVICE
        assert {finding.level for finding in judgement.findings} == {"advice"}
        assert all(count.complete and not count.failed for count in judgement.counts.values())
        (note,) = judgement.notes
        assert note.endswith(": index scheduling_requests_name_trgm on public.scheduling_requests.")
        database.run(
            *(statement for one in database.differences_of(database.objects()) for statement in repair(one))
        )
        assert database.judged().findings == ()


def test_what_does_harm_among_them_is_found_all_the_same(bench: Bench) -> None:
    with bench.changed(HOSTED, superuser=True) as database:
        database.run(
            # The body of the same trigger now writes.
            "CREATE OR REPLACE FUNCTION public.broadcast_requests() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM public.bookings WHERE request_id = OLD.id; RETURN NULL; END'",
            "CREATE FUNCTION vault.steal() RETURNS SETOF public.bookings LANGUAGE sql SECURITY DEFINER AS "
            "'SELECT * FROM public.bookings'",
            "GRANT USAGE ON SCHEMA vault TO anon",
            "ALTER TABLE public.bookings DISABLE ROW LEVEL SECURITY",
        )
        core = {finding.id for finding in database.judged().findings if finding.level == "core"}
    assert core == {
        "trigger.scheduling_requests.broadcast",
        "exposure.vault.steal()",
        "row_level_security.bookings",
    }
