"""``schema check`` finds each harmful change and names the object; what it prints takes the change back."""

import re
from collections.abc import Iterator, Sequence

import pytest

from harness.models.outcome import Finding
from migrations.drift.objects.comparison import Difference
from migrations.drift.objects.repairs import repair
from tests.integration.migrations.bench import Bench
from tests.schema_changes.harmful import HARMFUL, Change

CHECKED = [change for change in HARMFUL if "check" in change.found_by]

NOT_TAKEN_BACK = {
    "a table is dropped": "its rows are gone: the files make it anew, and a backup has the rows",
    "a table is renamed behind a view": "only its owner knows which of the two is to keep the rows",
}
"""Changes for which nothing is printed that could be run, and why."""

_STATEMENT = re.compile(
    r"(?:Missing|Not as the models say): .+?; (?P<sql>(?:ALTER|DROP|GRANT|REVOKE) .+?)"
    r"(?:,? (?:or|the|nothing|it) .+)?\."
)
"""What the models say to run, before the reason or another way."""
_LONGEST = 500


def test_the_schema_of_the_files_has_no_finding(bench: Bench) -> None:
    assert bench.made.examination.findings == ()
    with bench.changed("SELECT 1") as database:
        judgement = database.judged()
    assert (judgement.findings, judgement.notes) == ((), ())


@pytest.mark.parametrize("change", CHECKED, ids=lambda change: change.name.replace(" ", "_"))
def test_it_is_found_by_its_object_and_taken_back(bench: Bench, change: Change) -> None:
    with bench.changed(change.sql, superuser=change.superuser) as database:
        examination, objects = database.examined(), database.objects()
        findings = database.judged_of(examination, objects).findings
        level = "advice" if change.is_advice else "core"
        assert any(finding.level == level and names(finding, change.object) for finding in findings), findings
        differences = database.differences_of(objects)
        assert_printed(differences, findings)
        repairs = (statement for difference in differences for statement in repair(difference))
        database.run(*dict.fromkeys((*of_the_models(findings), *repairs)))
        left = list(map(str, database.differences_of(database.objects())))
        if examination.findings:
            left += map(str, database.examined().findings)
        assert bool(left) == (change.name in NOT_TAKEN_BACK), left


def test_default_privileges_are_taken_back_by_whoever_runs_the_statement(bench: Bench) -> None:
    statement = "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO anon"
    with bench.changed(statement, superuser=True) as database:
        (difference,) = database.differences_of(database.objects())
        database.run(*repair(difference))
        assert database.differences_of(database.objects()) == ()


def test_a_function_that_is_restored_is_closed_where_new_ones_are_open(bench: Bench) -> None:
    opened = "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO anon"
    with bench.changed(f"DROP FUNCTION public.ops_summary(); {opened}") as database:
        lost = next(one for one in database.differences_of(database.objects()) if one.live is None)
        database.run(*repair(lost))
        assert [one.fact.kind for one in database.differences_of(database.objects())] == ["default grant"]


def names(finding: Finding, what: str) -> bool:
    return what in f"{finding.id} {finding.where} {finding.actual} {finding.message}"


def of_the_models(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield the statements in the words of the models, where the files have no better one."""
    for finding in findings:
        match = _STATEMENT.fullmatch(finding.message)
        if match is not None and "By the files: " not in finding.message:
            yield match["sql"]


def assert_printed(differences: Sequence[Difference], findings: Sequence[Finding]) -> None:
    """What is run here is what somebody reads; what is longer is named by its place in the files."""
    printed = "\n".join(finding.message for finding in findings)
    for difference in differences:
        text = "; ".join(repair(difference))
        assert len(text) > _LONGEST or "\n" in text or text in printed, text
