"""``harness schema types``: what it writes, where, and how it ends."""

from pathlib import Path

import pytest

from harness.stack.coordinates import Coordinates
from tests.cli.conftest import Harness

GOLDEN = (Path(__file__).parents[1] / "unit/migrations/typescript/scheduler.ts").read_text()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Somebody's migrations."""
    place = tmp_path / "migrations"
    place.mkdir()
    (place / "001_notes.sql").write_text(
        "CREATE TABLE public.notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL,\n"
        "state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'old')));\n"
    )
    return place


def test_without_a_database_it_writes_the_types_of_our_own_migrations(
    harness: Harness, tmp_path: Path
) -> None:
    done = harness("schema", "types", cwd=tmp_path)
    assert (done.status, done.err) == (0, "")
    assert done.out == GOLDEN


def test_a_named_directory_of_migrations_comes_before_the_environment(
    harness: Harness, tmp_path: Path, own: Path, project: Coordinates
) -> None:
    done = harness(
        *("schema", "types", "--sql", str(own), "--out", "types.ts"),
        cwd=tmp_path,
        DATABASE_URL=project.database_url,
    )
    assert (done.status, done.out) == (0, "")
    assert done.err == "types.ts: 1 tables and views, 0 functions.\n"
    text = (tmp_path / "types.ts").read_text()
    assert "      notes: {\n        Row: {\n          id: number\n          state: string\n" in text
    assert "id?: never" in text
    assert text.endswith("} as const\n")
    done = harness("schema", "types", "--sql", str(own), "--unions", cwd=tmp_path)
    assert 'state: "new" | "old"\n' in done.out


def test_a_database_is_read_and_its_postgrest_is_not_guessed(
    harness: Harness, tmp_path: Path, project: Coordinates
) -> None:
    written = harness("schema", "types", "--out", "a.ts", cwd=tmp_path, DATABASE_URL=project.database_url)
    assert written.status == 0
    assert "__InternalSupabase: {" not in (tmp_path / "a.ts").read_text()
    named = harness(
        *("schema", "types", "--database-url", project.database_url, "--postgrest-version", "12.0.2"),
        cwd=tmp_path,
    )
    assert named.out == GOLDEN


def test_a_check_writes_nothing_and_says_what_differs(
    harness: Harness, tmp_path: Path, project: Coordinates
) -> None:
    path = tmp_path / "types.ts"
    for text, status, said in (
        (GOLDEN, 0, "OK: types.ts declares what the database has (114 objects compared)."),
        (GOLDEN.replace("cancelled_at: string | null", "cancelled_at: string"), 1, "FAILED: "),
        (GOLDEN[:5000], 2, ""),
        ("", 2, ""),
    ):
        path.write_text(text)
        done = harness(
            "schema", "types", "--check", "types.ts", cwd=tmp_path, DATABASE_URL=project.database_url
        )
        assert done.status == status
        assert done.last_line.startswith(said)
        assert path.read_text() == text
        if status == 2:
            assert done.is_unchecked("types.ts:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sql", "migrations", "--database-url", "postgresql://localhost/x"), "two sources"),
        (("--check", "a.ts", "--out", "b.ts"), "--check writes nothing"),
        (("--json", "x.json"), "--json is for the outcome of --check"),
        (("--sql", "nowhere"), "is no directory"),
        (("--sql", "broken"), "001_broken.sql, line 1: "),
        (("--database-url", "postgresql://postgres@127.0.0.1:9/x"), "cannot be reached"),
        (("--check", "nowhere.ts"), "nowhere.ts:1:1: the types file cannot be read"),
        (("--out",), "--out"),
    ],
)
def test_what_it_cannot_do_exits_with_2(
    harness: Harness, tmp_path: Path, own: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert own.is_dir()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "001_broken.sql").write_text("CREATE TABLE;\n")
    assert harness("schema", "types", *arguments, cwd=tmp_path).is_unchecked(said)
    assert not list(tmp_path.glob("*.ts"))


def test_a_file_that_cannot_be_written_is_named(
    harness: Harness, tmp_path: Path, project: Coordinates, unwritable: Path
) -> None:
    done = harness(
        *("schema", "types", "--out", str(unwritable / "types.ts")),
        cwd=tmp_path,
        DATABASE_URL=project.database_url,
    )
    assert done.is_unchecked("cannot be written")


def test_a_path_of_types_reaches_the_check(harness: Harness, tmp_path: Path, project: Coordinates) -> None:
    (tmp_path / "types.ts").write_text(GOLDEN.replace("booked_by: string", "booked_by: string | null"))
    done = harness("schema", "check", "--types", "types.ts", cwd=tmp_path, DATABASE_URL=project.database_url)
    assert done.status == 1
    assert done.out.startswith("types.bookings.booked_by: types.ts:")
    assert "Row: string | null" in done.out
