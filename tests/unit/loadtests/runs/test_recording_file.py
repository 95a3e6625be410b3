"""A recording comes back from its file exactly, or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigurationError
from loadtests.records import SCHEMA
from loadtests.runs import recording_file
from tests.unit.loadtests.runs.recordings import recording


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    recording_file.write(path, recording())
    return path


def test_a_recording_is_read_as_it_was_written(written: Path) -> None:
    stored = recording_file.read(written)
    assert stored.recording == recording()
    assert stored.sha256 == recording_file.write(written, recording())


def test_no_draft_is_left_beside_the_file(written: Path) -> None:
    assert [path.name for path in written.parent.iterdir()] == ["run.json"]


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [found for key, inner in items for found in _leaves(inner, (*path, key))] if items else [path]


_PLAIN = msgspec.to_builtins(recording())


@given(st.sampled_from(_leaves(_PLAIN)))
def test_any_changed_value_changes_the_hash(place: tuple[str | int, ...]) -> None:
    changed: Any = json.loads(json.dumps(_PLAIN))
    parent = changed
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = [parent[place[-1]], "changed"]
    assert recording_file.digest(changed) != recording_file.digest(_PLAIN)


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    reversed_keys = dict(reversed(list(_PLAIN.items())))
    assert recording_file.digest(reversed_keys) == recording_file.digest(_PLAIN)


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _edit_a_value(path: Path) -> None:
    document = _document(path)
    document["recording"]["windows"][0]["achieved"] -= 1
    path.write_text(json.dumps(document), "utf-8")


def _add_a_field(path: Path) -> None:
    document = _document(path)
    document["recording"]["note"] = "fine"
    path.write_text(json.dumps(document), "utf-8")


def _take_the_hash_away(path: Path) -> None:
    document = _document(path)
    del document["sha256"]
    path.write_text(json.dumps(document), "utf-8")


def _cut_off(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


def _of_another_version(path: Path) -> None:
    path.write_text(json.dumps({**_document(path), "schema": "parity-load/9"}), "utf-8")


def _of_something_else(path: Path) -> None:
    path.write_text(json.dumps({"schema": "parity-outcome/1"}), "utf-8")


def _a_list(path: Path) -> None:
    path.write_text("[]", "utf-8")


def _well_sealed_but_no_recording(path: Path) -> None:
    recording_file.write_sealed(path, "recording", SCHEMA, {"schema": SCHEMA, "run_id": 7})


def _a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_edit_a_value, "was edited or damaged after it was written"),
        (_add_a_field, "was edited or damaged after it was written"),
        (_take_the_hash_away, "it was edited"),
        (_cut_off, "is no whole JSON document"),
        (_empty, "is no whole JSON document"),
        (_no_text, "is no whole JSON document"),
        (_of_another_version, "has the format 'parity-load/9' of another version"),
        (_of_something_else, "has the schema 'parity-outcome/1', not 'parity-load/1'"),
        (_a_list, "has the schema None"),
        (_well_sealed_but_no_recording, "holds no recording that this version reads"),
        (_a_directory, "cannot be read: Is a directory"),
        (_gone, "does not exist"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_by_name(
    written: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(written)
    with pytest.raises(ConfigurationError) as refused:
        recording_file.read(written)
    assert str(written) in str(refused.value)
    assert reason in str(refused.value)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="missing"):
        recording_file.write(tmp_path / "missing" / "run.json", recording())
