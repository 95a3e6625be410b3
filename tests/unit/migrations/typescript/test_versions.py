"""Where versions of the generator differ, none of them is wrong."""

import pytest

from migrations.typescript.comparison import compare
from migrations.typescript.reading import read_types_text
from migrations.typescript.sides import Side, Sides, file_side

DATABASE = """\
export type Database = {
  public: {
    Tables: {
      t: {
        Row: { id: number; sum: number | null; label: string | null }
        Insert: { id?: never; sum?: never }
        Update: { id?: never; sum?: never }
        Relationships: []
      }
    }
    Views: {
      v: {
        Row: { id: number | null; total: number | null }
        Insert: { id?: number | null; total?: never }
        Update: { id?: number | null; total?: never }
        Relationships: [
          {
            foreignKeyName: "v_fkey"
            columns: ["id"]
            isOneToOne: true
            referencedRelation: "t"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Functions: {
      label: { Args: { "": Database["public"]["Tables"]["t"]["Row"] }; Returns: string }
      one: {
        Args: Record<PropertyKey, never>
        Returns: { id: number | null; total: number | null }
        SetofOptions: { from: "*"; to: "v"; isOneToOne: true; isSetofReturn: true }
      }
      refused:
        | { Args: { a: number }; Returns: { error: true } & "Could not choose" }
        | { Args: { a: string }; Returns: { error: true } & "Could not choose" }
      twice: { Args: { a: number }; Returns: number } | { Args: { a: number }; Returns: string }
    }
    Enums: { e: "a" | "b" }
    CompositeTypes: { c: { a: string | null } }
  }
}
"""


def found(old: str, new: str) -> list[str]:
    assert old in DATABASE
    database = Side(
        name="the database",
        types=file_side(read_types_text(DATABASE, "the database")),
        generated=frozenset({("t", "sum")}),
        computed=frozenset({("t", "label")}),
    )
    file = file_side(read_types_text(DATABASE.replace(old, new), "types.ts"))
    report = compare(Sides(path="types.ts", file=file, database=database, models=None), strict=True)
    return [finding.id for finding in report.findings]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sum?: never", "sum?: number | null"),
        ("; label: string | null", ""),
        ("label: string | null", "label: string[] | null"),
        ("        Insert: { id?: number | null; total?: never }\n", ""),
        ("isOneToOne: true\n", "\n"),
        ("        SetofOptions: {", "        setofOptions: {"),
        (
            "Returns: { id: number | null; total: number | null }\n",
            "Returns: { id: number | null; total: number | null }[]\n",
        ),
        ('Returns: { error: true } & "Could not choose"', "Returns: number"),
        ("twice: { Args: { a: number }", "twice: { Args: { a: number | null }"),
        ('"a" | "b"', '"b" | "a"'),
    ],
)
def test_what_another_version_writes_is_no_finding(old: str, new: str) -> None:
    assert found(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("sum?: never", "sum?: string", "types.t.sum"),
        ("id?: never", "id?: number", "types.t.id"),
        ("sum: number | null", "sum: number", "types.t.sum"),
        ("label: string | null }", "label: string | null; extra: string }", "types.t.extra"),
        (
            "id: number | null; total: number | null }\n        Insert",
            "id: number | null }\n        Insert",
            "types.v.total",
        ),
        ("id?: number | null; total", "id?: string | null; total", "types.v.id"),
        ("isOneToOne: true\n", "isOneToOne: false\n", "types.v.v_fkey"),
        (
            "Returns: { id: number | null; total: number | null }\n",
            "Returns: { id: number }[]\n",
            "types.Functions.one",
        ),
        ("Args: { a: string }; Returns", "Args: { a: boolean }; Returns", "types.Functions.refused.a"),
        ("a: number }; Returns: string", "a: number }; Returns: boolean", "types.Functions.twice"),
        ("a: number }; Returns: string", "a?: number }; Returns: string", "types.Functions.twice"),
        ("      twice: ", "      twice: { Args: { a: number }; Returns: null } | ", "types.Functions.twice"),
        ("total?: never", "total?: number | null", "types.v.total"),
        ('"a" | "b"', '"a" | "b" | "c"', "types.Enums.e"),
        ("{ a: string | null }", "{ a: string }", "types.CompositeTypes.c"),
    ],
)
def test_what_no_version_writes_is_a_finding(old: str, new: str, name: str) -> None:
    assert name in found(old, new)
