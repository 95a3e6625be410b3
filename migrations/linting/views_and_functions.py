"""As whom views read and functions run."""

from collections.abc import Iterator

from migrations.linting.schema import API_SCHEMA, Schema
from migrations.linting.statement import Hit
from migrations.linting.tree import Name
from migrations.requirements import FUNCTIONS

__all__ = ["judge_file"]

_OURS = frozenset(Name(API_SCHEMA, function.name) for function in FUNCTIONS)


def judge_file(file: str, schema: Schema) -> Iterator[Hit]:
    """Judge the views and functions that a file defined or altered, when it is done."""
    for view in schema.views.values():
        if view.where.file == file and not view.is_invoker and view.name.schema in schema.exposed:
            yield Hit(
                rule="PH031",
                where=view.where,
                about=str(view.name),
                what=f"View {view.name} reads its tables as its owner, past their row level security.",
            )
    for function in schema.functions.values():
        if function.where.file != file or not function.is_definer:
            continue
        if function.name in _OURS:
            yield Hit(
                rule="PH032",
                where=function.where,
                about=str(function.name),
                what=f"Function {function.signature} of the scheduler runs as its owner.",
            )
        if not function.has_search_path:
            yield Hit(
                rule="PH030",
                where=function.where,
                about=str(function.name),
                what=f"Function {function.signature} runs as its owner, and the search_path is its caller's.",
                fix=f"ALTER FUNCTION {function.signature} SET search_path = ''; and write every name in it "
                "with its schema.",
            )
