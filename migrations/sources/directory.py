"""Finds the files of a snapshot that is a directory, one file for each entity."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import ConfigurationError
from migrations.sources.json_files import SNAPSHOT, known_entity
from migrations.sources.spans import open_file

__all__ = ["HEADER", "EntityFile", "files_of", "header_of"]

HEADER = "snapshot.json"
_FORMS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".parquet": "parquet"}


@dataclass(frozen=True)
class EntityFile:
    """The file with the rows of one table."""

    path: Path
    table: str
    form: str
    """``jsonl``, ``json``, ``csv`` or ``parquet``."""


def files_of(directory: Path) -> tuple[EntityFile, ...]:
    """Find the file of each entity. Raises ConfigurationError for a file of none, and for two of one."""
    found: dict[str, EntityFile] = {}
    try:
        paths = sorted(directory.iterdir())
    except OSError as error:
        raise ConfigurationError(f"{directory} cannot be read: {error.strerror}.") from error
    for path in paths:
        if path.name == HEADER or path.name.startswith("."):
            continue
        form = _FORMS.get(path.suffix)
        if form is None or not path.is_file():
            raise ConfigurationError(
                f"{path} is no file of rows, and what it holds would be lost. A snapshot has files like "
                f"webhookEvents.jsonl, with {', '.join(_FORMS)}, and {HEADER}; move everything else away."
            )
        entity = known_entity(path.stem, path)
        if entity.table in found:
            raise ConfigurationError(
                f"{found[entity.table].path.name} and {path.name} in {directory} are both the rows of "
                f"{entity.table}. Move the one away that is not meant."
            )
        found[entity.table] = EntityFile(path, entity.table, form)
    return tuple(found.values())


def header_of(directory: Path) -> Mapping[str, Any] | None:
    """Read the header of a directory, None if it has none. Raises ConfigurationError if it is none."""
    path = directory / HEADER
    if not path.exists():
        return None
    with open_file(path) as file:
        try:
            header = json.load(file)
        except ValueError as error:
            raise ConfigurationError(f"{path} is no JSON: {error}. Write the snapshot again.") from error
    if not isinstance(header, dict) or header.get("snapshot") != SNAPSHOT:
        raise ConfigurationError(f'{path} is no header of a snapshot: "snapshot" must be "{SNAPSHOT}".')
    return header
