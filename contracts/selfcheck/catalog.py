"""All broken adapters of a directory: modules in Python, and ``*.toml`` files of changes in SQL."""

import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from contracts.selfcheck import sqlchanges
from contracts.selfcheck.mutant import Mutant
from contracts.subject import Subject
from harness.errors import HarnessError
from harness.isolation import ROOT

__all__ = ["catalog", "directory", "open_mutant"]

_PACKAGE = "contracts.broken_adapters"


def directory() -> Path:
    """Return the directory of this project's broken adapters: in the wheel, or in a checkout."""
    places = (ROOT / "contracts" / "broken_adapters", ROOT / "tests" / "broken_adapters")
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise HarnessError(f"The broken adapters are missing: neither {places[0]} nor {places[1]} exists.")
    return found


@cache
def catalog(folder: Path) -> Mapping[str, Mutant]:
    """Read all broken adapters, by id. Raises HarnessError if one cannot be read, or an id occurs twice."""
    _package(folder)
    mutants: dict[str, Mutant] = {}
    for path in sorted(folder.iterdir()):
        for mutant in _of(path):
            if mutant.id in mutants:
                raise HarnessError(f"{path} describes {mutant.id} a second time; give it another name.")
            mutants[mutant.id] = mutant
    if not mutants:
        raise HarnessError(f"{folder} holds no broken adapter.")
    return mutants


def open_mutant(stack: Path | None, id_: str) -> Subject:
    """Make the subject of one worker: what `contracts.plan.Adapter.open` calls."""
    return catalog(directory())[id_].open(stack)


def _of(path: Path) -> list[Mutant]:
    if path.suffix == ".toml":
        return list(sqlchanges.read(path))
    if path.suffix != ".py" or path.stem.startswith("_"):
        return []
    try:
        module = import_module(f"{_PACKAGE}.{path.stem}")
    except Exception as error:
        raise HarnessError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return [value for value in vars(module).values() if isinstance(value, Mutant)]


def _package(folder: Path) -> None:
    """Make the directory a package of ours, wherever it lies: its modules may import each other."""
    if _PACKAGE in sys.modules:
        return
    spec = spec_from_file_location(_PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise HarnessError(f"{folder} is no package: its __init__.py is missing.")
    module = module_from_spec(spec)
    sys.modules[_PACKAGE] = module
    spec.loader.exec_module(module)
