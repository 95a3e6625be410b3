"""Puts ``parity-bridge.mjs`` together: one file without dependencies, which a project can copy.

The parts are ES modules that import each other; in the one file they share a
scope. The part with the entities is derived from `harness.models`.
"""

import json
import re
from importlib.resources import files
from typing import Any

from harness.models import ENTITIES, Column, Entity
from harness.models.description import camel

__all__ = ["KIT", "PARTS", "TYPES", "assembled", "entities_part", "shipped"]

KIT = "parity-bridge.mjs"
TYPES = "parity-bridge.d.mts"
PARTS = (
    "json",
    "operations",
    "convert",
    "redact",
    "transport",
    "errors",
    "module",
    "spoil",
    "answer",
    "streams",
    "loader",
    "workers",
    "capture",
    "snapshot",
    "recording",
    "record",
    "tap",
    "serve",
    "main",
)
"""In the order of the one file: each part stands behind those that it needs when it is loaded."""
_HEAD = """\
// parity-bridge.mjs: serves a JavaScript or TypeScript module as parity-bridge/1.
// Part of the parity harness; `harness bridge kit --out DIR` writes the current one.
// No dependencies; node 20 or later.
"""
_BETWEEN_PARTS = re.compile(r"^import [^;]*? from '\./[^']+';\n", re.MULTILINE)
_OF_NODE = re.compile(r"^import ([^;]*?) from '(node:[^']+)';\n", re.MULTILINE)
_SHARED = re.compile(r"^export \{[^}]*\};\n", re.MULTILINE)


def shipped(name: str) -> str:
    """Return a file of the kit as it is in the package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def assembled() -> str:
    """Return the text of the one file."""
    sources = {"entities": entities_part(), **{name: shipped(f"parts/{name}.mjs") for name in PARTS}}
    bodies = []
    for name, source in sources.items():
        body = _SHARED.sub("", _OF_NODE.sub("", _BETWEEN_PARTS.sub("", source)))
        bodies.append(f"// ---- {name} {'-' * (100 - len(name))}\n\n{body.strip()}\n")
    return "\n".join([_HEAD, _imports(sources.values()), *bodies])


def _imports(sources: Any) -> str:
    """Merge the imports from node, each of which may stand only once in a file."""
    defaults: set[tuple[str, str]] = set()
    named: dict[str, set[str]] = {}
    for source in sources:
        for names, module in _OF_NODE.findall(source):
            if names.startswith("{"):
                named.setdefault(module, set()).update(name.strip() for name in names.strip("{} ").split(","))
            else:
                defaults.add((names, module))
    lines = [f"import {name} from '{module}';" for name, module in defaults]
    lines += [f"import {{ {', '.join(sorted(names))} }} from '{module}';" for module, names in named.items()]
    return "\n".join(sorted(lines, key=lambda line: line.rsplit("'", 2)[1])) + "\n"


def entities_part() -> str:
    """Return the part that describes the entities, in camelCase."""
    described = ",\n".join(_entity(entity) for entity in ENTITIES.values())
    return (
        "/** The entities, derived from harness.models by `python -m harness.adapters.bridge.kit`. */\n"
        f"const ENTITIES = {{\n{described},\n}};\n\nexport {{ ENTITIES }};\n"
    )


def _entity(entity: Entity[Any]) -> str:
    head = {
        "singular": entity.row.__name__,
        "plural": "".join(part.capitalize() for part in entity.table.split("_")),
        "table": entity.table,
        "appendOnly": entity.append_only,
        "queue": entity.queue is not None,
    }
    facts = [f"    {key}: {_literal(value)}," for key, value in head.items()]
    columns = [f"      {column.alias}: {_column(column)}," for column in entity.columns]
    return "\n".join([f"  {camel(entity.table)}: {{", *facts, "    columns: {", *columns, "    },", "  }"])


def _column(column: Column) -> str:
    return (
        f"{{ name: {_literal(column.name)}, type: {_literal(column.type.value)}, "
        f"nullable: {_literal(column.nullable)} }}"
    )


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)
