"""The receipt as a value and as JSON (``parity-receipt/1``), sealed with a hash of itself."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from harness.errors import ConfigurationError

__all__ = ["SCHEMA", "FileOf", "Receipt", "TableOf", "read_receipt", "run_of"]

SCHEMA = "parity-receipt/1"


@dataclass(frozen=True, kw_only=True)
class TableOf:
    """One table: what the run did to it, and what was in it afterwards."""

    read: int
    inserted: int
    identical: int
    quarantined: int
    rows: int
    """In the table, whoever wrote them."""
    ids: str
    """The fingerprint of its ids: a sum of hashes that Postgres computes."""
    fingerprint: str
    """The same of its whole rows."""


@dataclass(frozen=True, kw_only=True)
class FileOf:
    """A file that belongs to the run."""

    role: str
    """``source``, ``quarantine``, ``plan``, ``diff`` …"""
    path: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What one run of ``harness migrate copy`` has done."""

    run_id: str
    started_at: str
    ended_at: str
    source: Mapping[str, str]
    """``kind``, ``location`` without a password, ``fingerprint``."""
    target: Mapping[str, str]
    """``stack``, ``location``, ``postgres``, ``system_identifier`` (or empty), ``database``, ``oid``."""
    plan_fingerprint: str
    schema_fingerprint: str
    migrations_hash: str | None
    application: Mapping[str, Any] | None
    """``name``, ``sha``, ``dirty`` … of the application in whose directory the copy was started."""
    versions: Mapping[str, str]
    """Of harness, python, psycopg, polars, postgres."""
    tables: Mapping[str, TableOf]
    files: tuple[FileOf, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON object, sealed."""
        body = {"schema": SCHEMA, **asdict(self), "files": [asdict(file) for file in self.files]}
        return {**body, "sha256": _seal(body)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Read it back. Raises ConfigurationError if it is no receipt, or not as it was written."""
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            given = data.get("schema") if isinstance(data, dict) else None
            found = "no schema" if given is None else f"the schema {given!r}"
            raise ConfigurationError(
                f"it is no receipt: it has {found}, not {SCHEMA!r}. harness migrate copy writes "
                "receipt-RUN.json."
            )
        body = {name: value for name, value in data.items() if name != "sha256"}
        if data.get("sha256") != _seal(body):
            raise ConfigurationError(
                "it was edited after it was written: its contents do not have the sha256 that it states. "
                "Nothing in it can be relied on; take the original, or make a new one with harness "
                "migrate copy."
            )
        try:
            values = {item.name: body[item.name] for item in fields(cls)}
            tables = {name: TableOf(**table) for name, table in body["tables"].items()}
            files = tuple(FileOf(**file) for file in body["files"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"it is no whole receipt: {error}.") from error
        return cls(**{**values, "tables": tables, "files": files})


def read_receipt(path: Path) -> Receipt:
    """Read a receipt. Raises ConfigurationError that names the file."""
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"The receipt {path} cannot be read: {error.strerror or error}. "
            "harness migrate copy names the one that it wrote."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"The receipt {path} cannot be used: it is no JSON ({error}).") from error
    try:
        return Receipt.from_json(data)
    except ConfigurationError as error:
        raise ConfigurationError(f"The receipt {path} cannot be used: {error}") from error


def run_of(path: Path) -> str:
    """Return the id of the run that a receipt is about. Raises ConfigurationError."""
    return read_receipt(path).run_id


def _seal(body: Mapping[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
