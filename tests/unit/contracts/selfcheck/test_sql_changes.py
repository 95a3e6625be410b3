"""Every branch of the SQL functions is broken by a change that stands in tests/broken_adapters."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

import migrations
from contracts.manifest import Manifest
from contracts.selfcheck.catalog import directory
from contracts.selfcheck.sqlchanges import SqlChange, changes, read
from harness.errors import HarnessError

_FUNCTION = re.compile(
    r"^CREATE (?:OR REPLACE )?FUNCTION public\.(\w+)\(.*?^AS \$\$\n(.*?)^\$\$;", re.MULTILINE | re.DOTALL
)
_DECIDES = re.compile(
    r"\b(RAISE|IF|ELSIF|ELSE|CASE|WHEN|WHERE|AND|OR|NOT|EXISTS|CONTINUE|EXIT|RETURN|RETURNING|ON|LIMIT|SKIP"
    r"|ORDER BY|GROUP BY|FOR (?:NO KEY )?UPDATE|INSERT INTO|UPDATE public|SET|COALESCE|GREATEST|JOIN)\b",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--.*")
# What these words do is done by others that stand beside them.
_HARMLESS = {"END IF", "RETURN QUERY", "AS MATERIALIZED"}


def bodies() -> Mapping[str, str]:
    """The text of each function, by name: that of the last file that defines it."""
    found: dict[str, str] = {}
    for path in sorted((Path(migrations.__file__).parent / "sql").glob("*.sql")):
        for match in _FUNCTION.finditer(path.read_text(encoding="utf-8")):
            found[match[1]] = match[2]
    return found


def sql_changes() -> Iterator[tuple[str, SqlChange]]:
    for path in sorted(directory().glob("*.toml")):
        yield from changes(path)


BODIES = bodies()
CHANGES = dict(sql_changes())


def test_there_are_functions_and_changes() -> None:
    assert len(BODIES) == 17
    assert len(CHANGES) > 500


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_word_that_decides_is_broken(name: str) -> None:
    body = _COMMENT.sub(lambda comment: " " * len(comment[0]), BODIES[name])
    broken = [
        (start, start + len(change.old))
        for change in CHANGES.values()
        if change.function == name and (start := BODIES[name].find(change.old)) >= 0
    ]
    missed = [
        f"{body[: word.start()].count(chr(10)) + 1}: {word[0]} in {line_at(body, word.start())!r}"
        for word in _DECIDES.finditer(body)
        if not is_harmless(body, word) and not any(a <= word.start() and word.end() <= b for a, b in broken)
    ]
    assert "\n".join(missed) == ""


def test_every_change_fits_to_its_function_once() -> None:
    misfits = {
        id_: BODIES.get(change.function, "").count(change.old)
        for id_, change in CHANGES.items()
        if change.function is not None and BODIES.get(change.function, "").count(change.old) != 1
    }
    assert misfits == {}


def test_every_change_changes_something() -> None:
    assert [id_ for id_, change in CHANGES.items() if change.function and change.old == change.new] == []


def test_no_two_changes_are_the_same() -> None:
    made = sorted(
        (change.function or "", change.old, change.new, change.statement, id_)
        for id_, change in CHANGES.items()
    )
    assert [(one[4], other[4]) for one, other in pairwise(made) if one[:4] == other[:4]] == []


def test_every_killer_is_a_case() -> None:
    cases = {entry.id for entry in Manifest.packaged().entries}
    assert {id_: change.killer for id_, change in CHANGES.items() if change.killer not in cases} == {}


def test_every_change_says_what_is_wrong_and_where_that_is_known_from() -> None:
    for id_, change in CHANGES.items():
        assert change.mistake.endswith("."), id_
        assert "{" not in change.mistake + change.killer + change.source, id_
        assert change.source, id_


@pytest.mark.parametrize(
    "table",
    [
        'function = "book"\nold = "a"',
        'statement = "x"\nfunction = "book"\nold = "a"\nnew = "b"',
        'function = "book"\nold = "a"\nnew = "b"\nundo = "c"',
        'undo = "x"',
        "statement = 1",
        'statement = "x"\nunknown = "y"',
        "",
    ],
)
def test_a_table_that_describes_no_change_is_refused(tmp_path: Path, table: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(f'[[mutant]]\nname = "n"\nmistake = "m"\nsource = "s"\nkiller = "k"\n{table}\n', "utf-8")
    with pytest.raises(HarnessError, match="does not describe broken adapters: n:"):
        list(read(path))


def test_each_entry_is_a_mutant(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        '[[mutant]]\nname = "n"\nmistake = "{a}."\nsource = "s"\nkiller = "k[{a}]"\n'
        'each = [{ a = "one", b = "1 + 1" }, { a = "two", b = "2" }]\nstatement = "SELECT {b}"\n',
        "utf-8",
    )
    assert [(mutant.id, mutant.killer) for mutant in read(path)] == [
        ("x.n[one]", "k[one]"),
        ("x.n[two]", "k[two]"),
    ]
    assert [change.statement for _, change in changes(path)] == ["SELECT 1 + 1", "SELECT 2"]


def line_at(text: str, place: int) -> str:
    return text[text.rfind("\n", 0, place) + 1 : text.find("\n", place)].strip()


def is_harmless(body: str, word: re.Match[str]) -> bool:
    before = [*body[: word.start()].split()[-1:], word[0]]
    after = [word[0], *body[word.end() :].split()[:1]]
    return " ".join(before) in _HARMLESS or " ".join(after).rstrip(";") in _HARMLESS
