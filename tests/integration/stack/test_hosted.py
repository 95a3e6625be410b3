"""What migrations of hosted projects ordinarily do succeeds, as the role that runs them."""

import psycopg
import pytest

from harness.settings import Settings
from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import call

PROFILES = """
CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, name text);
CREATE FUNCTION handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    INSERT INTO public.profiles VALUES (new.id, new.raw_user_meta_data ->> 'name');
    RETURN new;
END;
$$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users
    FOR EACH ROW EXECUTE FUNCTION handle_new_user();
INSERT INTO auth.users (id, email, raw_user_meta_data, created_at, updated_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.org', '{"name": "Ada"}', now(), now());
"""

MIGRATIONS = {
    "profiles": PROFILES,
    "users' policies": "CREATE POLICY own ON auth.users FOR SELECT USING (id = auth.uid())",
    "users' view": "CREATE VIEW people AS SELECT id, email FROM auth.users",
    "buckets": """
        INSERT INTO storage.buckets (id, name, public) VALUES ('avatars', 'avatars', true);
        CREATE POLICY own ON storage.objects FOR INSERT TO authenticated
            WITH CHECK (bucket_id = 'avatars' AND (storage.foldername(name))[1] = auth.uid()::text);
    """,
    "realtime": """
        CREATE TABLE live (id int PRIMARY KEY);
        ALTER PUBLICATION supabase_realtime ADD TABLE live;
        INSERT INTO live VALUES (1);
        UPDATE live SET id = 2;
        CREATE POLICY topics ON realtime.messages FOR SELECT TO authenticated
            USING (realtime.topic() = 'live');
    """,
    "a new realtime": """
        DROP PUBLICATION IF EXISTS supabase_realtime;
        CREATE PUBLICATION supabase_realtime;
    """,
    "authenticator": "ALTER ROLE authenticator SET statement_timeout = '9s'; NOTIFY pgrst, 'reload config'",
    "anon": "ALTER ROLE anon SET statement_timeout = '4s'",
    "extensions": """
        CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA extensions;
        CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions;
        CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA extensions;
        CREATE EXTENSION IF NOT EXISTS citext;
    """,
    "roles": """
        GRANT USAGE ON SCHEMA public TO supabase_auth_admin, dashboard_user, pgbouncer;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
        GRANT USAGE ON SCHEMA graphql_public TO anon;
    """,
}


@pytest.fixture(scope="module")
def template(stack: EmbeddedStack) -> Database:
    return stack.empty()


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_succeeds(template: Database, name: str) -> None:
    with psycopg.connect(template.coordinates.database_url) as connection:
        warnings: list[str | None] = []
        connection.add_notice_handler(
            lambda notice: warnings.append(notice.message_primary) if notice.severity == "WARNING" else None
        )
        connection.execute(MIGRATIONS[name].encode())
        connection.rollback()
    assert warnings == []


def test_a_new_user_gets_a_profile_and_takes_it_along(template: Database) -> None:
    with psycopg.connect(template.coordinates.database_url) as connection:
        connection.execute(PROFILES.encode())
        assert connection.execute("SELECT name FROM profiles").fetchall() == [("Ada",)]
        connection.execute("DELETE FROM auth.users")
        assert connection.execute("SELECT name FROM profiles").fetchall() == []
        connection.rollback()


def test_the_storage_helpers_take_a_path_apart(template: Database) -> None:
    with psycopg.connect(template.coordinates.database_url) as connection:
        assert connection.execute(
            "SELECT storage.foldername(p), storage.filename(p), storage.extension(p)"
            " FROM (VALUES ('a/b/c.png')) v(p)"
        ).fetchone() == (["a", "b"], "c.png", "png")


def test_users_are_not_served(database: Database) -> None:
    assert call(database, "/rest/v1/users", key=database.coordinates.service_role_key).status == 404


def test_the_settings_of_the_database_come_along(settings: Settings) -> None:
    def configure(dsn: str) -> str:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("ALTER DATABASE postgres SET timezone = 'Asia/Tokyo'")
            connection.execute("ALTER DATABASE postgres SET work_mem = '5MB'")
            connection.execute(f"ALTER DATABASE {connection.info.dbname} SET work_mem = '6MB'")
            connection.execute(f"""
                ALTER ROLE postgres IN DATABASE {connection.info.dbname}
                    SET search_path = "$user", "a, b", public
            """)
        return "hash-of-settings"

    with (
        EmbeddedStack.start(settings, prepare=configure) as stack,
        stack.clone() as clone,
        psycopg.connect(clone.coordinates.database_url) as connection,
    ):
        row = connection.execute(
            "SELECT current_setting('timezone'), current_setting('work_mem'), current_setting('search_path')"
        ).fetchone()
    assert row == ("Asia/Tokyo", "6MB", '"$user", "a, b", public')
