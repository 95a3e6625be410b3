"""On a copy that is ours: what is closed is no finding, and everything that is opened is one, by its name."""

from collections.abc import Callable

from migrations.security.cells import State
from migrations.security.project import Project
from tests.integration.migrations.security.conftest import Clone, asked, found

SECRET_VIEW = """
CREATE VIEW public.people AS SELECT candidate_email, public_token FROM public.scheduling_requests;
GRANT SELECT ON public.people TO anon
"""
LOUD = """
CREATE FUNCTION public.loud() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  RAISE EXCEPTION 'no such candidate: %', (SELECT min(candidate_email) FROM public.scheduling_requests);
END $$
"""
PARTS = """
CREATE TABLE public.parts (id int, note text) PARTITION BY LIST (id);
CREATE TABLE public.part_1 PARTITION OF public.parts FOR VALUES IN (1);
INSERT INTO public.parts VALUES (1, 'seen in the part');
ALTER TABLE public.parts ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON public.parts, public.part_1 TO anon
"""
SOMEBODYS = """
CREATE TABLE public.things (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner text,
  size int,
  twice int GENERATED ALWAYS AS (2 * size) STORED
);
INSERT INTO public.things (owner, size) SELECT 'somebody else', n FROM generate_series(1, 50) AS n;
ALTER TABLE public.things ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.things TO authenticated USING (owner = current_user);
GRANT SELECT, INSERT, UPDATE (size), DELETE ON public.things TO authenticated;
CREATE VIEW public.sums AS SELECT owner, count(*) AS things FROM public.things GROUP BY owner;
CREATE MATERIALIZED VIEW public.kept_sums AS SELECT * FROM public.sums;
GRANT ALL ON public.things, public.sums, public.kept_sums TO service_role
"""


def test_everything_that_is_opened_is_named(clone: Clone, project: Callable[..., Project]) -> None:
    database = clone(
        # readable: a column, and rows behind a policy for some of them
        "GRANT SELECT (public_token) ON public.scheduling_requests TO anon",
        "CREATE POLICY ended ON public.scheduling_requests TO anon USING (status = 'expired')",
        # writable: appended to, changed, deleted
        "GRANT INSERT ON public.audit_logs TO authenticated",
        "CREATE POLICY append ON public.audit_logs FOR INSERT TO authenticated WITH CHECK (true)",
        "GRANT SELECT, UPDATE (status) ON public.sync_jobs TO authenticated",
        "CREATE POLICY own ON public.sync_jobs TO authenticated USING (true)",
        "GRANT SELECT, DELETE ON public.webhook_events TO anon",
        "ALTER TABLE public.webhook_events DISABLE ROW LEVEL SECURITY",
        # shown, and closed all the same by row security
        "GRANT SELECT, INSERT, UPDATE, DELETE ON public.bookings TO anon",
        # around the tables
        SECRET_VIEW,
        PARTS,
        "GRANT EXECUTE ON FUNCTION public.ops_summary() TO anon",
        LOUD,
        "CREATE FUNCTION public.hello() RETURNS text LANGUAGE sql RETURN 'hello'",
        "CREATE TABLE public.notes (note text); GRANT SELECT ON public.notes TO anon",
        # to be changed, and not to be read: a request without a condition would do
        "GRANT DELETE ON public.reconciliation_jobs TO authenticated",
        "ALTER TABLE public.reconciliation_jobs DISABLE ROW LEVEL SECURITY",
        # as it should be: columns that Postgres fills, views that nobody can write, a policy by the row
        SOMEBODYS,
    )
    seen = asked(project(database, is_ours=True))
    hidden = {cell.actor for cell in seen.cells if cell.state is State.HIDDEN}
    assert hidden == {"anon key", "signed in"}
    ids = found(seen)
    names = {id.removeprefix("security.public.") for id in ids}
    # "no key" is turned away by the gateway, and anon is not authenticated
    assert names == {
        "scheduling_requests.anon_key.read",
        "scheduling_requests.anon_key.public_token",
        "audit_logs.signed_in.insert",
        "sync_jobs.signed_in.read",
        "sync_jobs.signed_in.count",
        "sync_jobs.signed_in.update",
        "webhook_events.anon_key.read",
        "webhook_events.anon_key.count",
        "webhook_events.anon_key.delete",
        "people.anon_key.read",
        "people.anon_key.count",
        "ops_summary.anon_key.call",
        "loud.anon_key.call",
        "loud.signed_in.call",
        "notes.anon_key.read",
        "notes.anon_key.count",
        "part_1.anon_key.read",
        "part_1.anon_key.count",
        "reconciliation_jobs.signed_in.delete",
        "bookings.granted",
    }
    levels = {said.partition(":")[0]: id for id, said in ids.items()}
    assert set(levels) == {"core", "advice"}
    assert levels["advice"] == "security.public.bookings.granted"


def test_what_the_server_cannot_reach_is_not_taken_for_closed(
    clone: Clone, project: Callable[..., Project]
) -> None:
    database = clone(
        "REVOKE SELECT ON public.bookings FROM service_role",
        "REVOKE EXECUTE ON FUNCTION public.ops_summary() FROM service_role",
        "DROP TABLE public.reconciliation_jobs CASCADE",
    )
    ids = found(asked(project(database, is_ours=True)))
    assert all(said.startswith("unchecked: ") for said in ids.values())
    for reason in (
        "GRANT SELECT ON public.bookings TO service_role",
        "GRANT EXECUTE ON FUNCTION public.ops_summary() TO service_role",
        "public.reconciliation_jobs is not there",
    ):
        assert any(reason in said for said in ids.values())
