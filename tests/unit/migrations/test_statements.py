import pytest

from harness.errors import ConfigurationError
from migrations.statements import essence, split, words_of


def test_statements_are_split_where_postgres_splits_them() -> None:
    text = """-- one; two
SELECT 1; /* ; /* nested; */ */
SELECT ';', E'\\';', ";", $$;$$, $tag$ $$;$$ $tag$;;

CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
SELECT 3"""
    found = split(text)
    assert [statement.line for statement in found] == [2, 3, 5, 6]
    assert found[0].text == "SELECT 1"
    assert found[1].text.endswith("$$;$$ $tag$")
    assert found[2].text.endswith("SELECT 2; END")
    assert found[3].text == "SELECT 3"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_comment_ends_with_its_line_whatever_ends_the_line(end: str) -> None:
    found = split(f"SELECT 1; -- note{end}GRANT SELECT ON public.bookings TO anon;{end}-- x{end}SELECT 2")
    assert [(statement.text, statement.line) for statement in found] == [
        ("SELECT 1", 1),
        ("GRANT SELECT ON public.bookings TO anon", 2),
        ("SELECT 2", 4),
    ]


def test_words_are_those_that_are_executed() -> None:
    assert words_of("SELECT 'x y', \"Z\", $$a$$ -- b\n/* c */ FROM t1") == ("select", "from", "t1")


@pytest.mark.parametrize("text", ["SELECT 1;\nSELECT 'x", "\nSELECT $$x", '\nSELECT "x', "\n/* /* */"])
def test_a_quote_that_never_ends_is_named_by_its_line(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"line 2: .* never ends"):
        split(text)


def test_the_essence_is_the_same_however_a_tool_splits() -> None:
    assert essence("-- c\nSELECT  1;\n\nSELECT 2;") == essence("SELECT 1" + ";\n" + "SELECT 2")
    assert essence("SELECT 1") != essence("SELECT 2")
    assert essence("SELECT 'a  b'") != essence("SELECT 'a b'")
