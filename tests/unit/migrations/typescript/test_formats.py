"""However a file is written, what means the same is the same: no false alarm."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from migrations.typescript.comparison import compare
from migrations.typescript.expected import choices
from migrations.typescript.reading import read_types_text
from migrations.typescript.sides import Report, Side, Sides, file_side, models_side

SCHEDULER = (Path(__file__).parent / "scheduler.ts").read_text()
DATABASE = Side(
    name="the database",
    types=file_side(read_types_text(SCHEDULER, "the database")),
    choices=choices(),
)


def report(text: str) -> Report:
    file = file_side(read_types_text(text, "types.ts"))
    return compare(Sides(path="types.ts", file=file, database=DATABASE, models=models_side()))


def without(pattern: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        changed, number = re.subn(pattern, "", text)
        assert number > 0
        return changed

    return change


def instead(pattern: str, other: str, *, count: int = 0) -> Callable[[str], str]:
    def change(text: str) -> str:
        changed, number = re.subn(pattern, other, text, count=count, flags=re.MULTILINE)
        assert number > 0
        return changed

    return change


def whole(text: str) -> str:
    """The part up to the helper types: what follows is not looked into."""
    return text[: text.index("type DatabaseWithoutInternals")]


WAYS: dict[str, Callable[[str], str]] = {
    "without the version of PostgREST": without(r"  // Allows.*\n.*\n  __InternalSupabase: \{\n.*\n  \}\n"),
    "without isOneToOne": without(r" *isOneToOne: false\n(?= *referenced)"),
    "without SetofOptions": without(r" *SetofOptions: \{[^}]*\}\n"),
    "without NonNullable": instead(r"NonNullable<Json>", "Json"),
    "never for no arguments": instead(r"Record<PropertyKey, never>", "never"),
    "an older record for no arguments": instead(r"Record<PropertyKey, never>", "Record<string, never>"),
    "an empty object for no arguments": instead(r"Record<PropertyKey, never>", "{}"),
    "an interface": instead(r"^export type Database = \{", "export interface Database {"),
    "not exported": instead(r"^export type Database", "type Database"),
    "with semicolons": instead(r"^( {8,}.*(?:string|number|boolean|null|>|\[\]))$", r"\1;"),
    "with commas": instead(r"^( {8,}.*(?:string|number|boolean|null|>|\[\]))$", r"\1,"),
    "with single quotes": instead(r'"', "'"),
    "with quotes around all names": instead(r"^( {8,})(\w+)(\??):", r"\1'\2'\3:"),
    "with comments": instead(r"^( {8,})(\w+)(\??):", r"\1/** \2 */ // note\n\1\2\3:"),
    "with other indentation": instead(r"^ +", "\t"),
    "with readonly members": instead(r"^( {10,})(\w+)(\??):", r"\1readonly \2\3:"),
    "null first": instead(r": (\w+) \| null", r": null | \1"),
    "unions on several lines": instead(r": (\w+) \| null", r":\n | \1\n | null"),
    "in parentheses": instead(r": (\w+) \| null", r": (\1 | (null))"),
    "with an alias for null": instead(r": (\w+) \| null", r": Maybe<\1>"),
    "with undefined where it is optional": instead(r"\?: string \| null", "?: string | null | undefined"),
    "Array of": instead(r": string\[\]", ": Array<string>"),
    "readonly arrays": instead(r": string\[\]", ": ReadonlyArray<string>"),
    "another name for Json": instead(r"\bJson\b", "JsonValue"),
    "Json imported": instead(r"^export type Json =(\n  [|].*)+", 'import type { Json } from "./json"'),
    "an older Json": instead(r"Json \| undefined", "Json"),
    "rows by name": instead(
        r"booked_at: string\n", 'booked_at: Database["public"]["Tables"]["bookings"]["Row"]["id"]\n'
    ),
    "another schema beside it": instead(
        r"^  public: \{", "  graphql_public: { Tables: {} }\n  public: {", count=1
    ),
    "without helper types": whole,
}


@pytest.mark.parametrize("way", WAYS)
def test_it_means_the_same(way: str) -> None:
    changed = WAYS[way](SCHEDULER) + "\ntype Maybe<T> = T | null\n"
    assert changed != SCHEDULER
    found = report(changed)
    assert [(finding.id, finding.expected, finding.actual) for finding in found.findings] == []
    assert found.notes == []
    assert found.compared == report(SCHEDULER).compared


def test_relationships_that_an_older_generator_did_not_write_are_a_note() -> None:
    text = re.sub(r" *Relationships: \[(?:\]|.*?\n {8}\])\n", "", SCHEDULER, flags=re.DOTALL)
    assert "Relationships" not in whole(text)
    found = report(text)
    assert found.findings == []
    assert len(found.notes) == 6
    assert "the relationships of bookings, which the file does not declare" in found.notes


def test_parts_may_be_declared_by_themselves() -> None:
    start, end = SCHEDULER.index("      bookings: {"), SCHEDULER.index("      reconciliation_jobs: {")
    table = SCHEDULER[start:end]
    text = SCHEDULER.replace(table, "      bookings: Bookings\n") + table.replace(
        "bookings: {", "interface Bookings {", 1
    )
    assert report(text).findings == []
    insert = table[table.index("        Insert: {") : table.index("        Update: {")]
    update = table[table.index("        Update: {") : table.index("        Relationships: [")]
    partial = table.replace(update, "        Update: Partial<NewBooking>\n").replace(
        insert, "        Insert: NewBooking\n"
    )
    text = SCHEDULER.replace(table, partial) + insert.replace("Insert: {", "type NewBooking = {", 1)
    assert report(text).findings == []


def test_rows_may_be_built_with_utility_types() -> None:
    row = re.search(r"      bookings: \{\n        Row: (\{.*?\n        \})", SCHEDULER, flags=re.DOTALL)
    assert row is not None
    names = " | ".join(repr(name) for name in re.findall(r"(\w+):", row[1]))
    for written in (
        "Omit<Whole, 'extra'>",
        f"Pick<Whole, {names}>",
        "Required<Omit<Partial<Whole>, 'extra'>>",
        "Readonly<Omit<Whole, 'extra'>>",
        "Omit<Whole, 'booked_by' | 'extra'> & { booked_by: string }",
        "Base & { booked_by: Text }",
    ):
        text = SCHEDULER.replace(row[0], row[0].replace(row[1], written))
        text += "\ninterface Whole extends Base { booked_by: string; extra: Map }\ntype Text = string\n"
        text += "type Map = {}\n"
        text += f"type Base = {row[1].replace('booked_by: string', '')}\n"
        assert report(text).findings == [], written


@pytest.mark.parametrize(
    "name", ["in_progress", "in", "instanceof", "in_1", "abstract", "is_new", "extends", "class"]
)
@pytest.mark.parametrize("ends", ["\n", ";\n", ",\n"])
def test_a_column_may_be_called_like_an_operator(name: str, ends: str) -> None:
    columns = (
        f"{{\n      id: string{ends}      {name}: number | null{ends}      {name}_2?: string{ends}    }}"
    )
    table = f"t: {{\n    Row: {columns}\n    Insert: {columns}\n    Update: {columns}\n  }}"
    text = f"export type Database = {{\n  public: {{\n Tables: {{\n  {table}\n }}\n }}\n}}\n"
    row = file_side(read_types_text(text, "types.ts")).tables["t"].roles["Row"]
    assert {column: str(value) for column, value in row.items()} == {
        "id": "string",
        name: "number | null",
        f"{name}_2": "string (optional)",
    }
