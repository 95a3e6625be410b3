"""Each harmful change of the schema is found and named, and taken back by the statements that are printed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.models.outcome import Finding
from harness.stack.embedded import EmbeddedStack
from harness.stack.template import TEMPLATE
from migrations.against_files import judge_files
from migrations.check import examine
from migrations.drift.objects.comparison import compare
from migrations.drift.objects.repairs import repair
from migrations.files import PACKAGED, read_directory
from migrations.made import Made, objects_of
from tests.integration.migrations.conftest import copy
from tests.schema_changes.access import POLICIES, ROLES, WAYS_ROUND
from tests.schema_changes.harmful import HARMFUL, Change

MIGRATIONS = read_directory(PACKAGED)
CHECKED = [change for change in HARMFUL if "check" in change.found_by]
JUDGED = [change for change in HARMFUL if "contract" in change.found_by]

MORE_THAN_A_STATEMENT = frozenset(
    {
        "a unique key that the models do not know",
        "a check that the models do not know",
        "a check is renamed, and errors with it",
        "a new column that every insert must name",
        "a new column whose sequence the server may not use",
        "a column is computed",
        "a table is dropped",
        "a table is renamed behind a view",
        "a table belongs to signed-in users",
        "cancel has another default",
        "a function that others call is dropped",
        "a function is dropped",
        "signed-in users forge history",
        "the server may change history",
        "the server may empty a table",
    }
)
"""Here data is lost, or something has to go that the files know nothing of: the finding says it in words."""

OF_THE_MODELS = {change.name for change in (*POLICIES, *WAYS_ROUND, *ROLES)}
"""The finding says what to do; there is no statement of the files for it."""


@pytest.fixture(scope="module")
def made(cluster: str) -> Made:
    """What the files make: the template is just that."""
    pristine = copy(cluster, TEMPLATE)
    return Made(result=objects_of(pristine), examination=examine(pristine))


@pytest.fixture(scope="module")
def superuser(stack: EmbeddedStack) -> str:
    """The URL of some database, for the cluster's superuser."""
    return stack.empty().superuser_url


@contextmanager
def changed(dsn: str, superuser: str, change: Change) -> Iterator[None]:
    """Apply a change, and take back at the end what it does to the whole cluster."""
    url = mighty(dsn, superuser) if change.superuser else dsn
    run(url, change.sql)
    try:
        yield
    finally:
        if change.cluster_wide:
            run(url, change.undo)


def test_the_list_is_long_and_each_change_has_a_name_of_its_own() -> None:
    assert len(HARMFUL) >= 40
    assert len({change.name for change in HARMFUL}) == len(HARMFUL)
    assert all(bool(change.case) == ("contract" in change.found_by) for change in HARMFUL)


def test_the_schema_of_the_files_has_no_finding(dsn: str, made: Made) -> None:
    assert made.examination.findings == ()
    assert found(dsn, made) == ()


@pytest.mark.parametrize("change", CHECKED, ids=lambda change: change.name.replace(" ", "_"))
def test_check_finds_it_and_names_the_object(dsn: str, superuser: str, made: Made, change: Change) -> None:
    with changed(dsn, superuser, change):
        findings = found(dsn, made)
        assert any(names(finding, change.object) for finding in findings), findings
        if change.name not in MORE_THAN_A_STATEMENT | OF_THE_MODELS:
            for statement in statements(dsn, made):
                run(mighty(dsn, superuser) if change.superuser else dsn, statement)
            assert found(dsn, made) == ()


def test_the_contract_finds_what_only_behaviour_shows(tmp_path: Path) -> None:
    for file in PACKAGED.glob("*.sql"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "900_harm.sql").write_text("\n".join(change.sql for change in JUDGED))
    cases = [option for change in JUDGED for option in ("--case", change.case)]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HARNESS_STACK")}
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "harness", "contract", "--adapter", "supabase", "--json", "-", *cases],
        env={**environ, "HARNESS_SQL": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    failed = {finding["id"].partition("@")[0] for finding in json.loads(ran.stdout)["findings"]}
    assert failed >= {change.case for change in JUDGED}, ran.stdout


def found(dsn: str, made: Made) -> tuple[Finding, ...]:
    return judge_files(examine(dsn), objects_of(dsn), made, MIGRATIONS).findings


def statements(dsn: str, made: Made) -> list[str]:
    differences = compare(made.result.objects, objects_of(dsn).objects).differences
    return [statement for difference in differences for statement in repair(difference)]


def names(finding: Finding, what: str) -> bool:
    return what in f"{finding.id} {finding.where} {finding.actual} {finding.message}"


def mighty(dsn: str, superuser: str) -> str:
    return make_conninfo(superuser, dbname=conninfo_to_dict(dsn)["dbname"])


def run(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement.encode())
