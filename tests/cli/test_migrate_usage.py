"""What `harness migrate` says to somebody who names the wrong thing: why not, and what to do instead."""

from pathlib import Path

import pytest

from tests.cli.conftest import Harness


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("copy", "all.json"), "set DATABASE_URL"),
        (("export", "postgresql://user:secret@host/name"), "harness migrate export SOURCE SNAPSHOT"),
        (
            ("export", "postgresql://host/one", "postgresql://host/other"),
            "Use harness migrate copy to fill it.",
        ),
        (("verify", "no-receipt.json"), "it has no schema, not 'parity-receipt/1'"),
        (("verify", "missing.json"), "harness migrate copy names the one that it wrote."),
        (("rollback", "no-receipt.json", "--target", "postgresql://127.0.0.1:1/x"), "cannot be reached"),
        (("rehearse", "--source", "all.json", "--rows", "700"), "exclude each other"),
        (("diff", "https://host", "no-receipt.json"), "needs SUPABASE_SERVICE_ROLE_KEY"),
        (
            ("diff", "a", "b", "--mapping", "none.toml"),
            "none.toml cannot be read: No such file or directory.",
        ),
        (("plan", "no-receipt.json", "--json", "missing/out.json"), "missing/out.json cannot be written"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_the_way_out_is_named(harness: Harness, tmp_path: Path, words: tuple[str, ...], reason: str) -> None:
    (tmp_path / "no-receipt.json").write_text("{}")
    done = harness("migrate", *words, cwd=tmp_path)
    assert done.is_unchecked(reason), done.out + done.err
    assert done.out == ""
    assert "secret" not in done.err
