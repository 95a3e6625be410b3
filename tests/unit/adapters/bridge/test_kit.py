"""The one file of the kit is what its parts and the entities say."""

import re

import pytest

from harness.adapters.bridge.kit.assemble import KIT, PARTS, assembled, entities_part, shipped
from harness.models import ENTITIES

AGAIN = "run `python -m harness.adapters.bridge.kit`"


def test_the_one_file_is_put_together_from_the_parts() -> None:
    assert shipped(KIT) == assembled(), AGAIN


def test_the_entities_are_those_of_the_models() -> None:
    assert shipped("parts/entities.mjs") == entities_part(), AGAIN


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=list(ENTITIES))
def test_every_column_is_described(entity: object) -> None:
    """Written down here once more, without the generator's helpers."""
    description = ENTITIES[entity.table]  # type: ignore[attr-defined]  # parametrized above
    for column in description.columns:
        line = (
            f"{column.alias}: {{ name: '{column.name}', type: '{column.type.value}', "
            f"nullable: {'true' if column.nullable else 'false'} }},"
        )
        assert line in shipped(KIT)


def test_it_depends_on_node_alone() -> None:
    imported = re.findall(r"^import .* from '([^']+)';$", shipped(KIT), re.MULTILINE)
    assert imported
    assert all(name.startswith("node:") for name in imported)
    assert len(set(imported)) >= len(imported) - 1, "fs comes twice: whole, to be patched, and by names"


def test_it_exports_what_an_app_uses_and_nothing_else() -> None:
    exported = re.findall(r"^export .*?(\w+)\(", shipped(KIT), re.MULTILINE)
    assert sorted(exported) == ["exportSnapshot", "record", "recordingOf"]
    assert len(re.findall(r"^export\b", shipped(KIT), re.MULTILINE)) == 3


def test_no_name_is_declared_by_two_parts() -> None:
    """In the one file they share a scope, where a second declaration would be a syntax error, or worse."""
    names = re.findall(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", shipped(KIT), re.MULTILINE)
    assert len(names) == len(set(names))


def test_all_parts_are_in_it() -> None:
    for name in ("entities", *PARTS):
        assert f"// ---- {name} -" in shipped(KIT)
