"""All broken adapters of a directory: modules in Python, and ``*.toml`` files of changes in SQL."""

import hashlib
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

__all__ = ["address", "catalog", "directory", "open_mutant"]

_PACKAGE = "contracts.broken_adapters"
_SEPARATOR = "::"


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
    package = _package(folder)
    mutants: dict[str, Mutant] = {}
    for path in sorted(folder.iterdir()):
        for mutant in _of(path, package):
            if mutant.id in mutants:
                raise HarnessError(f"{path} describes {mutant.id} a second time; give it another name.")
            mutants[mutant.id] = mutant
    if not mutants:
        raise HarnessError(f"{folder} holds no broken adapter.")
    return mutants


def address(folder: Path, id_: str) -> str:
    """Name a broken adapter, and where it is described, in one text."""
    return f"{folder}{_SEPARATOR}{id_}"


def open_mutant(stack: Path | None, address: str) -> Subject:
    """Make the subject of one worker: what `contracts.plan.Adapter.open` calls."""
    folder, _, id_ = address.rpartition(_SEPARATOR)
    return catalog(Path(folder))[id_].open(stack)


def _of(path: Path, package: str) -> list[Mutant]:
    if path.suffix == ".toml":
        return list(sqlchanges.read(path))
    if path.suffix != ".py" or path.stem.startswith("_"):
        return []
    try:
        module = import_module(f"{package}.{path.stem}")
    except Exception as error:
        raise HarnessError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return [value for value in vars(module).values() if isinstance(value, Mutant)]


def _package(folder: Path) -> str:
    """Make the directory a package of ours, wherever it lies: its modules may import each other."""
    name = f"{_PACKAGE}_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    if name in sys.modules:
        return name
    initial = folder / "__init__.py"
    spec = spec_from_file_location(name, initial, submodule_search_locations=[str(folder)])
    if not initial.is_file() or spec is None or spec.loader is None:
        raise HarnessError(f"{folder} is no package: its __init__.py is missing.")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return name
