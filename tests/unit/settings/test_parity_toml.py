"""parity.toml says what it means, or where it does not."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.parity_toml import Check, ParityToml, load, parse

CHECK = '[[checks]]\nname = "unit"\nrun = "npm test"\njunit = "junit.xml"\n'
HERE = Path("/project")


def read(text: str) -> ParityToml:
    return parse(text, name="parity.toml", directory=HERE, today=date(2026, 7, 1))


def test_an_empty_file_configures_nothing() -> None:
    assert read("") == ParityToml(directory=HERE)


def test_a_check_runs_in_both_modes_for_ten_minutes_unless_it_says_otherwise() -> None:
    assert read(CHECK).checks == (
        Check(
            name="unit",
            run="npm test",
            junit="junit.xml",
            modes=("memory", "supabase"),
            timeout_s=600.0,
            touches_db=True,
        ),
    )


def test_a_command_may_be_a_list() -> None:
    assert read(CHECK.replace('"npm test"', '["npm", "test"]')).checks[0].run == ("npm", "test")


def test_the_subject_has_a_name() -> None:
    assert read('[subject]\nname = "scheduler"').subject.name == "scheduler"


def test_documented_sections_may_stand_there_empty() -> None:
    read("[api]\n[budgets]\n[policy]\n")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a = ", "Invalid value (at end of document)"),
        ("check = 1", "line 1, column 1: check is not a key that this version knows; did you mean 'checks'?"),
        ("[subject]\n  nmae = 'x'", "line 2, column 3: subject.nmae is not a key"),
        ("subject = { name = 'x', sha = 'y' }", "line 1, column 25: subject.sha is not a key"),
        ("subject.name = 'x'\nsubject.sha = 'y'", "line 2, column 9: subject.sha is not a key"),
        ("[policy]\n'x y' = 1", "line 2, column 2: policy.x y is not a key"),
        ("policy = 3", "line 1, column 1: policy must be a table: [policy]"),
        ("checks = 3", "line 1, column 1: checks must be written as [[checks]]"),
        ("[subject]\nname = 3", "line 2, column 1: subject.name must be a string that is not empty"),
        (CHECK + "\n" + CHECK, "line 7, column 1: checks[2].name is 'unit', like that of another check"),
        (CHECK + "\n" + CHECK.replace("run", "rum"), "line 8, column 1: checks[2].rum is not a key"),
        (CHECK.replace('"npm test"', '"""\n"""'), "line 3, column 1: checks[1].run must be a string"),
        (CHECK.replace('"npm test"', "[]"), "line 3, column 1: checks[1].run must be a command"),
        (CHECK.replace("junit = ", "# "), "line 1, column 3: checks[1] needs the key 'junit'"),
        (CHECK + "modes = []", "line 5, column 1: checks[1].modes must be a list"),
        (CHECK + 'modes = ["Supabase"]', "line 5, column 1: checks[1].modes must be a list"),
        (CHECK + 'modes = [\n "memory",\n "memory",\n]', "line 5, column 1: checks[1].modes must be a list"),
        (CHECK + "timeout_s = true", "line 5, column 1: checks[1].timeout_s must be a number"),
        (CHECK + "timeout_s = 0", "line 5, column 1: checks[1].timeout_s must be a number"),
        (CHECK.replace('"junit.xml"', '"a/../../b.xml"'), "line 4, column 1: checks[1].junit must be a file"),
        (CHECK.replace('"junit.xml"', '"/b.xml"'), "line 4, column 1: checks[1].junit must be a file below"),
        (CHECK + "touches_db = 0", "line 5, column 1: checks[1].touches_db must be true or false"),
        (CHECK.replace('"unit"', '"../unit"'), "line 2, column 1: checks[1].name may hold letters"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    assert error in str(raised.value)
    assert str(raised.value).startswith("parity.toml")


def test_a_question_ends_the_sentence() -> None:
    with pytest.raises(ConfigurationError, match=r"did you mean 'checks'\?$"):
        read("check = 1")


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"other\.toml does not exist"):
        load(tmp_path / "other.toml")


def test_checks_run_in_the_directory_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(CHECK)
    assert load(tmp_path / "parity.toml").directory == tmp_path


def test_a_file_that_is_not_utf_8_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_bytes(b"# \xff")
    with pytest.raises(ConfigurationError, match="is not UTF-8 at byte 2"):
        load(tmp_path / "parity.toml")
