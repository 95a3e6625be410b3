"""The how-to of the TypeScript example: its commands work, and what it shows is what they say."""

import json
import re
import tomllib

import pytest

from contracts.manifest import Manifest
from tests.integration.example_app.conftest import EXAMPLE, Project, Readme
from tests.integration.example_app.test_example_app import CONTRACT

ONE_CASE = f"{CONTRACT} --case 'crud_ids.missing_delete_is_false[bookings]'"
KIT = "harness bridge kit --out ."
HELLO = "DB_MODE=memory node --import tsx parity-bridge.mjs ./src/parity.ts </dev/null"
OTHERS = ("DB_MODE=memory npm test", "harness schema types --check src/lib/supabase/types.ts")


def test_every_command_is_run_by_a_test(readme: Readme) -> None:
    """KIT is run by the fixture of the project, CONTRACT by the test of the corrected version."""
    commands = [line for block in readme("sh") for line in block.splitlines()]
    assert commands == [KIT, HELLO, CONTRACT, ONE_CASE, *OTHERS]


def test_kit_finds_the_module(project: Project) -> None:
    done = project.run("corrected", HELLO)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    hello = json.loads(line)
    assert {"createBooking", "getOpsSummary", "__export", "__import", "__reset"} <= set(hello["operations"])


@pytest.mark.parametrize("command", OTHERS)
def test_other_commands(project: Project, command: str) -> None:
    done = project.run("corrected", command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shown_finding_is_what_one_case_says(project: Project, readme: Readme) -> None:
    done = project.run("naive", ONE_CASE)
    assert done.returncode == 1, done.stdout + done.stderr
    said = done.stdout.splitlines()
    (shown,) = readme("text")
    for line in shown.splitlines():
        pattern = re.compile(re.escape(line).replace("…", r"[0-9a-f-]{36}"))
        assert any(pattern.fullmatch(one) for one in said), (line, done.stdout)


def test_shown_configuration_is_that_of_the_corrected_version(readme: Readme) -> None:
    subject, _, checks = readme("toml")
    real = (EXAMPLE / "corrected" / "parity.toml").read_text(encoding="utf-8")
    assert tomllib.loads(subject + checks) == tomllib.loads(real)


def test_table_names_cases_and_files_that_exist() -> None:
    text = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    cases = {entry.id.partition("[")[0] for entry in Manifest.packaged().entries}
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`(\w+\.\w+)`", row.split("|")[1])]
    assert len(rows) >= 10
    assert sorted(set(named) - cases) == []
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > len(rows)
    assert [link for link in links if not (EXAMPLE / link).exists()] == []
