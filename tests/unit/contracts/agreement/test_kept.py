"""Sequences that failed are kept for the next run, where there is a place for them."""

from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase

from contracts.agreement.kept import examples


def test_what_was_kept_is_there_the_next_time(tmp_path: Path) -> None:
    first, note = examples(tmp_path / "home", "supabase")
    assert note is None
    first.save(b"key", b"value")
    second, _ = examples(tmp_path / "home", "supabase")
    assert isinstance(second, DirectoryBasedExampleDatabase)
    assert set(second.fetch(b"key")) == {b"value"}


def test_adapters_do_not_share(tmp_path: Path) -> None:
    examples(tmp_path, "bridge: node ./db")[0].save(b"key", b"value")
    assert set(examples(tmp_path, "memory")[0].fetch(b"key")) == set()
    assert [path.name for path in tmp_path.iterdir() if " " in path.name or ":" in path.name] == []


def test_place_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file is in the way")
    kept, note = examples(tmp_path / "home", "memory")
    assert isinstance(kept, InMemoryExampleDatabase)
    assert note is not None
    assert "failing sequences are not kept" in note


def test_no_place_needs_no_note() -> None:
    kept, note = examples(None, "memory")
    assert isinstance(kept, InMemoryExampleDatabase)
    assert note is None
