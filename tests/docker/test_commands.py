"""The commands on ``--stack docker``, in containers of images that are built here."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from tests.cli.conftest import FEW_CASES
from tests.docker.commands import run, verdict

FORGIVING = '''
from contracts.subjects.supabase import SupabaseSubject
from harness.errors import Conflict


class Forgiving:
    """Takes a row that is there already for one that was stored."""

    def __init__(self, repository):
        self._repository = repository

    def __getattr__(self, name):
        return getattr(self._repository, name)

    def create(self, new):
        try:
            return self._repository.create(new)
        except Conflict:
            return None


def opened(stack):
    subject = SupabaseSubject.open(stack)
    subject.store.audit_logs = Forgiving(subject.store.audit_logs)
    return subject
'''
CASE = "crud.same_id_twice_is_a_conflict[audit_logs]"


def test_a_gate_is_ready(tmp_path: Path, variables: Mapping[str, str]) -> None:
    said, counts = verdict("docker", tmp_path, variables, "--level", "core", command=FEW_CASES)
    assert said.startswith("READY (reference adapters")
    assert {name.partition(":")[0] for name in counts} == {
        *("stack", "schema apply", "schema check", "migration", "contract")
    }
    assert all(one["passed"] + one["exempt"] == one["expected"] > 0 for one in counts.values())


def test_doctor_names_the_engine_and_what_its_images_hold(
    tmp_path: Path, variables: Mapping[str, str]
) -> None:
    done = run("doctor", cwd=tmp_path, variables=variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Docker " in done.stdout
    for name, program in (
        ("POSTGRES", "Postgres 17."),
        ("POSTGREST", "PostgREST 12."),
        ("PYTHON", "Python 3."),
    ):
        assert f"{variables[f'HARNESS_DOCKER_{name}']}, {program}" in done.stdout


def test_a_failure_comes_with_what_the_containers_said(tmp_path: Path, variables: Mapping[str, str]) -> None:
    (tmp_path / "forgiving.py").write_text(FORGIVING)
    options = ("--adapter", "forgiving:opened", "--case", CASE, "--workers", "1", "--report", "report")
    done = run("contract", *options, cwd=tmp_path, variables=variables)
    assert done.returncode == 1, done.stdout + done.stderr
    outcome = json.loads((tmp_path / "report" / "report.json").read_text())
    (failed,) = (finding for finding in outcome["findings"] if finding["id"] == CASE)
    # Quoted: what Postgres said of this database, and what PostgREST answered.
    assert "duplicate key value violates unique constraint" in failed["detail"]
    assert "postgrest: " in failed["detail"]
    assert failed["detail"].splitlines()[-1] in done.stdout
    # Attached: all that each container said.
    logs = {one["path"]: one["sha256"] for one in outcome["artifacts"] if one["path"].startswith("servers/")}
    assert sorted(path.rpartition("-")[2] for path in logs) == [
        "gateway.log",
        "postgres.log",
        "postgrest.log",
    ]
    for path, digest in logs.items():
        content = (tmp_path / "report" / path).read_bytes()
        assert sha256(content).hexdigest() == digest
        assert content
