"""Files that are no types files end with file, line and column, and are never taken for one."""

from pathlib import Path

import pytest

from migrations.typescript.errors import TypesFileError
from migrations.typescript.reading import read_types_file, read_types_text
from migrations.typescript.sides import file_side

SCHEDULER = (Path(__file__).parent / "scheduler.ts").read_text()
TABLE = "a: { Row: { id: string }; Insert: { id: string }; Update: { id?: string }; Relationships: [] }"


def database(tables: str = TABLE, *, before: str = "", after: str = "") -> str:
    return f"{before}export type Database = {{\n  public: {{ Tables: {{ {tables} }} {after} }}\n}}\n"


def message(text: str) -> str:
    with pytest.raises(TypesFileError) as caught:
        file_side(read_types_text(text, "types.ts"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "types.ts:1:1: this file declares no type Database."),
        ("export type Json = string\n", "types.ts:1:1: this file declares no type Database."),
        (
            "export type Database = {\n  public: {\n",
            "types.ts:2:12: the file ends inside of what begins in line 1.",
        ),
        ("export type Database = {\n  public: {{ }\n}\n", "types.ts:"),
        ("export type Database =\n", "types.ts:1:"),
        ("SELECT 1;\n", "types.ts:1:8: this is no TypeScript: '1' was not expected."),
        ("export type Database = { auth: {} }\n", "types.ts:1:13: Database has no schema public."),
        ("export type Database = any\n", "types.ts:1:13: Database is any, not an object."),
        ("export type Database = { public: {} }\n", "types.ts:1:26: schema public has no Tables."),
        (
            'export type { Database } from "./generated"\n',
            "types.ts:1:1: this file declares no type Database; it comes from './generated', name that file.",
        ),
        (
            'import type { MergeDeep } from "type-fest"\nexport type Database = MergeDeep<{}, {}>\n',
            "types.ts:2:24: MergeDeep comes from 'type-fest', which is not looked into.",
        ),
        (
            "export type Database = { public: { Tables: Tables } }\n",
            "types.ts:1:44: Tables is not declared in this file.",
        ),
        ("type A = B\ntype B = A\nexport type Database = A\n", "is defined by itself"),
        ("type A = Partial<A>\nexport type Database = A\n", "is defined by itself"),
        (
            database().replace("Insert: {", "Insert: number; more: {"),
            "types.ts:2:49: a.Insert is number, not",
        ),
        (database().replace("[]", "{}"), "the Relationships of a are {}, not a list in brackets."),
        (database().replace("[]", "[{}]"), "a relationship of a has no readable foreignKeyName."),
        (database().replace("Row: {", "Row: { id: number;"), "types.ts:2:47: id is named a second time"),
        (database() + database(), "types.ts:4:8: Database is declared a second time"),
        (database().replace("id: string", "[key]: string"), "types.ts:2:35: [key] is a computed name"),
        (database().replace("{ id: string }", "Database['public']['Tables']['b']['Row']"), "does not exist"),
        (database(after="; Functions: { f: string }"), "f is string, not a function."),
        (database(after="; Functions: { f: { Args: never } }"), "f has no Returns."),
    ],
)
def test_what_is_no_database_type(text: str, said: str) -> None:
    assert said in message(text)


@pytest.mark.parametrize("length", [10, 400, 3000, 9000, len(SCHEDULER) // 2])
def test_a_file_that_was_cut_off(length: int) -> None:
    assert message(SCHEDULER[:length]).startswith("types.ts:")


def test_columns_are_counted_in_characters() -> None:
    text = database("/* äöü€ 😀 */ b: 1")
    assert text.splitlines()[1].index("b: 1") == 35
    assert message(text) == "types.ts:2:36: b is 1, not an object."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "types.ts:1:1: the types file cannot be read: No such file or directory."),
        (b"// \xe4\n", "types.ts:1:1: this is not UTF-8"),
        (b"// ok\n// \xff\n", "types.ts:2:1: this is not UTF-8"),
    ],
)
def test_what_cannot_even_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "types.ts"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TypesFileError, match=r"cannot be read|UTF-8") as caught:
        read_types_file(path)
    assert said in str(caught.value)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(TypesFileError, match="cannot be read"):
        read_types_file(tmp_path)


def test_a_byte_order_mark_and_other_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "types.ts"
    path.write_bytes(b"\xef\xbb\xbf" + SCHEDULER.replace("\n", "\r\n").encode())
    assert file_side(read_types_file(path)) == file_side(read_types_text(SCHEDULER, "types.ts"))


def test_an_enum_with_a_thousand_labels_is_read() -> None:
    labels = " | ".join(f'"label {number}"' for number in range(1000))
    side = file_side(read_types_text(database(after=f"; Enums: {{ e: {labels} }}"), "types.ts"))
    assert str(side.enums["e"]).count("label") == 1000
