"""Which columns views show, read from the trees that Postgres keeps."""

from migrations.typescript.facts import ViewFact
from migrations.typescript.views import origins


def entry(number: int, table: int, column: int, name: str = "x") -> str:
    return (
        f"{{TARGETENTRY :expr {{VAR :varno 1 :varattno {column}}} :resno {number} :resname {name} "
        f":ressortgroupref 0 :resorigtbl {table} :resorigcol {column} :resjunk false}}"
    )


def query(*entries: str, inside: str = "<>") -> str:
    return (
        f"({{QUERY :commandType 1 :rtable ({{RANGETBLENTRY :subquery {inside}}}) "
        f":targetList ({' '.join(entries)}) :override 0 :onConflict <> :returningList <>}})"
    )


def test_each_entry_of_the_outermost_list_names_its_column() -> None:
    tree = query(entry(1, 100, 4), entry(2, 100, 1), entry(3, 0, 0), inside=query(entry(1, 999, 9)))
    assert origins((ViewFact(7, tree),)) == {7: {(100, 4): (1,), (100, 1): (2,)}}


def test_a_column_that_is_shown_twice_counts_twice() -> None:
    assert origins((ViewFact(7, query(entry(1, 100, 4), entry(2, 100, 4))),)) == {7: {(100, 4): (1, 2)}}


def test_a_view_of_a_view_shows_both() -> None:
    inner, outer = query(entry(1, 100, 4), entry(2, 100, 5)), query(entry(1, 7, 2))
    found = origins((ViewFact(8, outer), ViewFact(7, inner)))
    assert found[8] == {(7, 2): (1,), (100, 5): (1,)}


def test_braces_in_a_name_are_no_braces_of_the_tree() -> None:
    tree = query(entry(1, 100, 4, name="\\{\\ :resno\\ 9\\ \\}"), entry(2, 100, 5))
    assert origins((ViewFact(7, tree),)) == {7: {(100, 4): (1,), (100, 5): (2,)}}


def test_views_that_show_each_other_end() -> None:
    assert origins((ViewFact(7, query(entry(1, 8, 1))), ViewFact(8, query(entry(1, 7, 1)))))[7] == {
        (8, 1): (1,),
        (7, 1): (1,),
    }
