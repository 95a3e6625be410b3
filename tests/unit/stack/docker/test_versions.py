"""What an image holds decides, and what is too old is refused with the variable that names another."""

import pytest

from harness.errors import StackError
from harness.stack.docker.versions import POSTGRES, POSTGREST, PYTHON, Program, version_of


@pytest.mark.parametrize(
    ("said", "program", "version"),
    [
        ("postgres (PostgreSQL) 17.10 (Debian 17.10-1.pgdg12+1)\n", POSTGRES, "17.10"),
        ("PostgREST 12.0.2 (a4e00ff)\n", POSTGREST, "12.0.2"),
        ("Python 3.11.2\n", PYTHON, "3.11.2"),
        ("Python 4.0.0\n", PYTHON, "4.0.0"),
    ],
)
def test_what_a_program_says_is_read(said: str, program: Program, version: str) -> None:
    assert version_of(said, "image:1", program) == version


@pytest.mark.parametrize(
    ("said", "program", "least"),
    [
        ("postgres (PostgreSQL) 14.18\n", POSTGRES, "15"),
        ("PostgREST 11.2.2\n", POSTGREST, "12"),
        ("Python 3.9.20\n", PYTHON, "3.11"),
    ],
)
def test_what_is_too_old_is_refused(said: str, program: Program, least: str) -> None:
    with pytest.raises(StackError) as refused:
        version_of(said, "image:1", program)
    assert f"image:1 holds {program.name} " in str(refused.value)
    assert f", and {least} or newer is needed: " in str(refused.value)
    assert str(refused.value).endswith(f"Let {program.variable} name another image.")


def test_what_says_no_version_is_refused() -> None:
    with pytest.raises(StackError, match=r"does not say which Python it holds, but 'sh: not found'"):
        version_of("sh: not found", "image:1", PYTHON)
