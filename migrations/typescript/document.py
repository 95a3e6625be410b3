"""The whole file that `harness schema types` writes."""

from importlib.resources import files

from migrations.typescript.database import database_type, enums
from migrations.typescript.facts import Schema
from migrations.typescript.layout import key_text, lay_out
from migrations.typescript.syntax import (
    Array,
    Either,
    IndexSignature,
    Literal,
    Member,
    Name,
    Object,
    Tuple,
)

__all__ = ["document"]

_JSON = Either(
    (
        Name("string"),
        Name("number"),
        Name("boolean"),
        Name("null"),
        Object(index=IndexSignature("key: string", Either((Name("Json"), Name("undefined"))))),
        Array(Name("Json")),
    )
)
_INTERNALS = (
    "  // Allows to automatically instantiate createClient with right options\n"
    "  // instead of createClient<Database, { PostgrestVersion: 'XX' }>(URL, KEY)\n"
)


def document(schema: Schema, *, postgrest: str | None) -> str:
    """Return the text for a schema; `postgrest` is the version to name in it, None names none.

    The same catalog gives the same text, on every machine. It ends with a line end.
    """
    head = f"  {key_text(schema.name)}:"
    body = lay_out(database_type(schema), indent=2, column=len(head) + 1)
    internals = () if postgrest is None else (_internals(postgrest),)
    return "\n".join(
        (
            f"export type Json ={lay_out(_JSON, indent=0, column=18)}",
            "",
            "export type Database = {",
            *internals,
            f"{head} {body}",
            "}",
            "",
            files("migrations.typescript").joinpath("helpers.ts").read_text(encoding="utf-8").rstrip("\n"),
            "",
            _constants(schema),
            "",
        )
    )


def _internals(postgrest: str) -> str:
    inner = Object((Member("PostgrestVersion", Literal(postgrest)),), broken=True)
    return f"{_INTERNALS}  __InternalSupabase: {lay_out(inner, indent=2, column=23)}"


def _constants(schema: Schema) -> str:
    lines = ["export const Constants = {", f"  {key_text(schema.name)}: {{"]
    lists = [line for enum in enums(schema) for line in _labels(enum)]
    lines += ["    Enums: {", *lists, "    },"] if lists else ["    Enums: {},"]
    return "\n".join([*lines, "  },", "} as const"])


def _labels(enum: Member) -> list[str]:
    options = enum.type.options if isinstance(enum.type, Either) else (enum.type,)
    head = f"      {key_text(enum.name)}:"
    return [f"{head} {lay_out(Tuple(options), indent=6, column=len(head) + 1, tail=1)},"]
