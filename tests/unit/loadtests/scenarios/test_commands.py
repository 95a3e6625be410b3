"""What ``harness load check`` and ``harness load clean`` refuse before they touch anything."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from loadtests.scenarios.clean_command import clean
from loadtests.scenarios.command import check


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "http://localhost:1", "--db-mode", "memory"], "leave --db-mode out"),
        (["--allow-writes"], "add --host"),
        (["--host", "localhost"], "is no address of a server"),
        (["--config", "none.toml"], "none.toml does not exist"),
        (["--config", "no-start.toml"], "does not say how staging is started"),
        (["--config", "unset.toml"], "needs the environment variable NOT_SET_ANYWHERE"),
    ],
)
def test_a_check_that_cannot_be_made(
    arguments: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("no-start.toml").write_text('[api]\nname = "staging"\n', encoding="utf-8")
    Path("unset.toml").write_text(
        '[api]\nname = "staging"\nheaders = { a = "${NOT_SET_ANYWHERE}" }\n', encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match=reason):
        check.main(arguments, standalone_mode=False)


@pytest.mark.parametrize(
    ("journal", "reason"),
    [
        ('{"schema": "x"}\n', "is no journal of a load run"),
        ("", "is no journal of a load run"),
        ("[1]\n", "is no journal of a load run"),
        (
            '{"schema": "parity-load-journal/1", "mark": "m", "host": "http://h", "api": "staging"}\n',
            "was written for the API 'staging'",
        ),
        (
            '{"schema": "parity-load-journal/1", "mark": "m", "host": "", "api": "reference"}\n',
            "does not say where its rows are",
        ),
    ],
)
def test_a_journal_that_cannot_be_cleaned(
    journal: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("journal").write_text(journal, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=reason):
        clean.main(["journal"], standalone_mode=False)
