"""What the templates are made from: an empty server, or one that brings Supabase's roles and schemas."""

from importlib.resources import files

import psycopg
import pytest

from harness.settings import Settings
from harness.stack.cluster import SUPERUSER
from harness.stack.embedded import EmbeddedStack
from harness.stack.records import StackRecord
from harness.stack.template import EMPTY, TEMPLATE, bootstrap
from tests.integration.stack.conftest import call, prepare


def test_a_database_that_comes_with_the_server_is_copied_though_somebody_uses_it(settings: Settings) -> None:
    with EmbeddedStack.start(settings, prepare=prepare) as stack:
        content = StackRecord.read(stack.record)
        url = content.uri(SUPERUSER, "postgres")
        with psycopg.connect(url, autocommit=True) as cluster:
            for name in (EMPTY, TEMPLATE):
                cluster.execute(f"DROP DATABASE {name}")
            cluster.execute(files("harness.stack").joinpath("sql", "database.sql").read_bytes())
            cluster.execute("CREATE TABLE auth.of_the_image ()")
        with psycopg.connect(url) as worker:
            found = bootstrap(
                content.uri,
                initial_password=content.superuser_password,
                passwords=content.passwords,
                prepare=prepare,
            )
            with pytest.raises(psycopg.OperationalError):
                worker.execute("SELECT 1")
        assert found == "hash-of-notes"
        with stack.clone() as database, psycopg.connect(database.superuser_url) as connection:
            query = "SELECT to_regclass('auth.of_the_image') IS NOT NULL"
            assert connection.execute(query).fetchone() == (True,)
            assert call(database, "/rest/v1/notes", key=database.coordinates.service_role_key).status == 200
