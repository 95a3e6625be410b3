"""``schema check --stack docker`` applies the files in containers, and finds what it finds elsewhere."""

from collections.abc import Mapping
from pathlib import Path

import psycopg

from harness.stack.docker.stack import DockerStack
from tests.docker.commands import run


def test_the_files_are_applied_in_containers(
    tmp_path: Path, stack: DockerStack, variables: Mapping[str, str]
) -> None:
    with stack.empty() as database:
        url = database.coordinates.database_url
        of_project = {**variables, "DATABASE_URL": url}
        applied = run("schema", "apply", cwd=tmp_path, variables=of_project)
        assert applied.returncode == 0, applied.stderr
        with psycopg.connect(url) as connection:
            connection.execute("DROP INDEX public.idx_bookings_status")
        checked = run("schema", "check", cwd=tmp_path, variables=of_project)
    assert (checked.returncode, checked.stderr) == (1, "")
    assert checked.stdout.startswith("index.bookings.idx_bookings_status: Index idx_bookings_status on ")
    assert checked.stdout.splitlines()[-1] == "FAILED: 1 finding."
