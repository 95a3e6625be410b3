"""The real compiler takes what we write, and the real client is typed by it."""

import shutil
from pathlib import Path

import pytest

from migrations.typescript.choices import with_unions
from migrations.typescript.document import document
from migrations.typescript.facts import read_schema
from tests.integration.migrations.typescript.conftest import HERE, Packages


@pytest.fixture
def project(tmp_path: Path, dsn: str) -> Path:
    """Our own types beside a program that uses them."""
    (tmp_path / "database.ts").write_text(document(read_schema(dsn), postgrest="12.0.2"))
    shutil.copy(HERE / "uses.ts", tmp_path)
    return tmp_path


def test_a_client_is_typed_by_it(project: Path, packages: Packages) -> None:
    done = packages.compile(project)
    assert (done.returncode, done.stdout) == (0, "")


_WRONG = {
    "nullability": ("confirmed_at: string | null", "confirmed_at: string"),
    "type": ("attempts: number", "attempts: string"),
    "insert": ("entity_id: string", "entity_id?: string"),
    "argument": ("p_lease_s: number", "p_lease_s?: number"),
    "relationship": ('referencedRelation: "scheduling_requests"', 'referencedRelation: "sync_jobs"'),
    "result": ("is_new: boolean", "is_new: unknown"),
}


def test_wrong_types_are_noticed_by_the_same_program(project: Path, packages: Packages) -> None:
    text = (project / "database.ts").read_text()
    for name, (right, wrong) in _WRONG.items():
        assert right in text
        (project / name).mkdir()
        (project / name / "database.ts").write_text(text.replace(right, wrong))
        shutil.copy(HERE / "uses.ts", project / name)
    done = packages.compile(project)
    noticed = {line.partition("/uses.ts")[0] for line in done.stdout.splitlines() if "/uses.ts(" in line}
    assert noticed == set(_WRONG)
    assert "\nuses.ts" not in f"\n{done.stdout}"


def test_everything_awkward_compiles(tmp_path: Path, awkward_dsn: str, packages: Packages) -> None:
    (tmp_path / "database.ts").write_text(document(read_schema(awkward_dsn), postgrest=None))
    (tmp_path / "uses.ts").write_text('export type { Database } from "./database"\n')
    done = packages.compile(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_with_unions_a_wrong_status_is_refused(tmp_path: Path, dsn: str, packages: Packages) -> None:
    (tmp_path / "database.ts").write_text(document(with_unions(read_schema(dsn)), postgrest=None))
    (tmp_path / "uses.ts").write_text(
        'import type { TablesUpdate } from "./database"\n'
        'export const right: TablesUpdate<"bookings"> = { status: "cancelled" }\n'
        "// @ts-expect-error: another spelling\n"
        'export const wrong: TablesUpdate<"bookings"> = { status: "canceled" }\n'
    )
    done = packages.compile(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
