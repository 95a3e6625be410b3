"""A recording as a file: written at once or not at all, and never read if a letter of it was changed.

The file is ``{"schema": "parity-load/1", "sha256": HASH, "recording": {…}}``. The
hash is taken over the canonical form of the recording as it stands in the file
(keys sorted, no blanks), so that neither a changed value nor an added one passes.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import ConfigurationError
from harness.reports.files import write_text
from loadtests.records import SCHEMA, Recording

__all__ = ["Stored", "digest", "read", "read_sealed", "render", "write", "write_sealed"]


@dataclass(frozen=True)
class Stored:
    """A recording, and the hash by which others name it."""

    recording: Recording
    sha256: str
    path: Path


def digest(value: Any) -> str:
    """SHA-256, in hex, over the canonical JSON of a plain value: keys sorted, no blanks, UTF-8."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def render(recording: Recording) -> str:
    """The text of the file, with its hash."""
    return _sealed("recording", SCHEMA, msgspec.to_builtins(recording))


def write(path: Path, recording: Recording) -> str:
    """Replace `path` by the recording; returns its hash. Raises ConfigurationError."""
    return write_sealed(path, "recording", SCHEMA, msgspec.to_builtins(recording))


def read(path: Path) -> Stored:
    """Read a recording back. Raises ConfigurationError, which names the file, unless it is as written."""
    plain, sha256 = read_sealed(path, "recording", SCHEMA)
    try:
        recording = msgspec.convert(plain, Recording)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"{path} holds no recording that this version reads: {error}. Record the run again."
        ) from error
    return Stored(recording=recording, sha256=sha256, path=path)


def write_sealed(path: Path, key: str, schema: str, plain: Any) -> str:
    """Write a plain value under `key` with its schema and its hash; returns the hash."""
    write_text(path, _sealed(key, schema, plain))
    return digest(plain)


def read_sealed(path: Path, key: str, schema: str) -> tuple[Any, str]:
    """Read what `write_sealed` wrote: the plain value and its hash. Raises ConfigurationError."""
    try:
        whole = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path} does not exist; name a file that a load run wrote.") from error
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is no whole JSON document ({error}): it was cut off or edited. Restore it, or remove it."
        ) from error
    found = whole.get("schema") if isinstance(whole, dict) else None
    if found != schema:
        family = schema.partition("/")[0]
        is_ours = isinstance(found, str) and found.partition("/")[0] == family
        what = (
            f"has the format {found!r} of another version of the harness, and this one reads {schema!r}"
            if is_ours
            else f"has the schema {found!r}, not {schema!r}"
        )
        raise ConfigurationError(f"{path} {what}. Record it again with this version, or name another file.")
    if set(whole) != {"schema", "sha256", key}:
        raise ConfigurationError(
            f"{path} has the keys {sorted(whole)}, not schema, sha256 and {key}: it was edited. Restore it."
        )
    actual = digest(whole[key])
    if whole["sha256"] != actual:
        raise ConfigurationError(
            f"{path} was edited or damaged after it was written: its contents have the hash "
            f"{actual[:12]}…, and it says {str(whole['sha256'])[:12]}…. Restore it, or record the run again."
        )
    return whole[key], actual


def _sealed(key: str, schema: str, plain: Any) -> str:
    document = {"schema": schema, "sha256": digest(plain), key: plain}
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode("utf-8") + "\n"
