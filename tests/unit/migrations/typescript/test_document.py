"""The whole file for a small schema, and what the models say without one."""

from dataclasses import replace
from pathlib import Path

from migrations.typescript.choices import with_unions
from migrations.typescript.document import document
from migrations.typescript.expected import expected
from migrations.typescript.facts import (
    AttributeFact,
    CheckFact,
    ColumnFact,
    FunctionFact,
    KeyFact,
    RelationFact,
    Schema,
    TypeFact,
)
from migrations.typescript.reading import read_types_text
from migrations.typescript.sides import file_side

SCHEDULER = (Path(__file__).parent / "scheduler.ts").read_text()
HELPERS = SCHEDULER[
    SCHEDULER.index("type DatabaseWithoutInternals") : SCHEDULER.index("export const Constants")
]

TEXT, JSONB, INT8, TEXTS, STATE, DAYS, ROW = 25, 3802, 20, 1009, 1, 2, 3


def kind(
    id_: int, name: str, *, schema: str = "pg_catalog", labels: tuple[str, ...] = (), **more: int
) -> TypeFact:
    return TypeFact(
        id=id_,
        schema=schema,
        name=name,
        printed=name,
        element=more.get("element"),
        relation=more.get("relation"),
        labels=list(labels),
        attributes=[],
        attribute_types=[],
    )


def column(
    relation: int,
    name: str,
    type_id: int,
    *,
    nullable: bool = True,
    default: bool = False,
    assigned: bool = False,
) -> ColumnFact:
    return ColumnFact(
        relation=relation,
        name=name,
        type=type_id,
        nullable=nullable,
        has_default=default,
        assigned=assigned,
        generated=False,
        writable=True,
    )


SCHEMA = Schema(
    name="public",
    relations=(
        RelationFact(10, "jobs", is_view=False, insertable=False, updatable=False),
        RelationFact(20, "done-jobs", is_view=True, insertable=True, updatable=False),
    ),
    columns=(
        column(10, "state", STATE, nullable=False, default=True),
        column(10, "id", INT8, nullable=False, assigned=True),
        column(10, "after", INT8),
        column(10, "a title", TEXT, nullable=False),
        column(10, "payload", JSONB, nullable=False, default=True),
        column(10, "days", DAYS),
        column(20, "id", INT8),
    ),
    types={
        fact.id: fact
        for fact in (
            kind(TEXT, "text"),
            kind(JSONB, "jsonb"),
            kind(INT8, "int8"),
            kind(TEXTS, "_text", element=TEXT),
            kind(STATE, "state", schema="public", labels=("new", 'it\'s "done"')),
            kind(DAYS, "_day", schema="other", element=4),
            kind(4, "day", schema="other", labels=("mon", "tue")),
            kind(ROW, "jobs", schema="public", relation=10),
        )
    },
    functions=(
        FunctionFact(
            id=1,
            name="take",
            modes=["i", "i"],
            names=["p_limit", "p_names"],
            types=[INT8, TEXTS],
            optional=1,
            printed_arguments="p_limit bigint, p_names text[]",
            identity="p_limit bigint, p_names text[]",
            printed_result="SETOF jobs",
            result=ROW,
            returns_set=True,
            rows=1000,
        ),
        FunctionFact(
            id=2,
            name="count",
            modes=[],
            names=[],
            types=[],
            optional=0,
            printed_arguments="",
            identity="",
            printed_result="bigint",
            result=INT8,
            returns_set=False,
            rows=0,
        ),
    ),
    keys=(KeyFact("jobs_after_fkey", 10, 10, [3], [2], one_to_one=False),),
    attributes=(
        AttributeFact(10, 2, "id", "public", "jobs"),
        AttributeFact(10, 3, "after", "public", "jobs"),
        AttributeFact(20, 1, "id", "public", "done-jobs"),
    ),
    views=(),
    checks=(CheckFact(10, "a title", "CHECK ((\"a title\" = ANY (ARRAY['x'::text, 'y'::text])))"),),
    postgres="17.10",
)

GOLDEN = """\
export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  public: {
    Tables: {
      jobs: {
        Row: {
          "a title": string
          after: number | null
          days: ("mon" | "tue")[] | null
          id: number
          payload: NonNullable<Json>
          state: Database["public"]["Enums"]["state"]
        }
        Insert: {
          "a title": string
          after?: number | null
          days?: ("mon" | "tue")[] | null
          id?: never
          payload?: NonNullable<Json>
          state?: Database["public"]["Enums"]["state"]
        }
        Update: {
          "a title"?: string
          after?: number | null
          days?: ("mon" | "tue")[] | null
          id?: never
          payload?: NonNullable<Json>
          state?: Database["public"]["Enums"]["state"]
        }
        Relationships: [
          {
            foreignKeyName: "jobs_after_fkey"
            columns: ["after"]
            isOneToOne: false
            referencedRelation: "jobs"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      "done-jobs": {
        Row: {
          id: number | null
        }
        Insert: {
          id?: number | null
        }
        Relationships: []
      }
    }
    Functions: {
      count: { Args: Record<PropertyKey, never>; Returns: number }
      take: {
        Args: { p_limit: number; p_names?: string[] }
        Returns: {
          "a title": string
          after: number | null
          days: ("mon" | "tue")[] | null
          id: number
          payload: NonNullable<Json>
          state: Database["public"]["Enums"]["state"]
        }[]
        SetofOptions: {
          from: "*"
          to: "jobs"
          isOneToOne: false
          isSetofReturn: true
        }
      }
    }
    Enums: {
      state: "new" | 'it\\'s "done"'
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

HELPERS
export const Constants = {
  public: {
    Enums: {
      state: ["new", 'it\\'s "done"'],
    },
  },
} as const
"""


def test_a_small_schema_as_the_official_generator_writes_it() -> None:
    assert document(SCHEMA, postgrest=None) == GOLDEN.replace("HELPERS\n", HELPERS)


def test_the_order_of_the_catalog_does_not_matter() -> None:
    turned = replace(
        SCHEMA,
        relations=SCHEMA.relations[::-1],
        columns=SCHEMA.columns[::-1],
        functions=SCHEMA.functions[::-1],
        types=dict(list(SCHEMA.types.items())[::-1]),
    )
    assert document(turned, postgrest=None) == document(SCHEMA, postgrest=None)


def test_with_unions_a_text_is_what_its_check_accepts() -> None:
    text = document(with_unions(SCHEMA), postgrest=None)
    assert text == GOLDEN.replace("HELPERS\n", HELPERS).replace(
        '"a title": string', '"a title": "x" | "y"'
    ).replace('"a title"?: string', '"a title"?: "x" | "y"')


def test_the_version_of_postgrest_stands_where_the_client_looks_for_it() -> None:
    text = document(SCHEMA, postgrest="14.1")
    assert '  __InternalSupabase: {\n    PostgrestVersion: "14.1"\n  }\n  public: {' in text


def test_the_models_alone_say_what_the_file_of_the_scheduler_declares() -> None:
    file, models = file_side(read_types_text(SCHEDULER, "scheduler.ts")), expected()
    assert file.tables.keys() == models.tables.keys()
    for name, table in models.tables.items():
        assert table.roles == file.tables[name].roles
        assert set(table.relationships or ()) == set(file.tables[name].relationships or ())
    for name, overloads in models.functions.items():
        (overload,), (actual,) = overloads, file.functions[name]
        assert overload.arguments == actual.arguments
        assert set(overload.returns) & set(actual.returns)
        assert overload.table == actual.table
