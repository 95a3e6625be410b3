"""A manifest is whole, or it is refused."""

import json

import pytest

from contracts.manifest import Manifest
from harness.errors import ConfigurationError

CASE = {"id": "crud.one", "level": "core", "needs": [], "heading": "CRUD"}


def dumped(*cases: object, schema: str = "parity-contract-manifest/1") -> str:
    return json.dumps({"schema": schema, "cases": cases})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        dumped(),
        dumped(CASE, CASE),
        dumped({**CASE, "level": "optional"}),
        dumped({"id": "crud.one"}),
        dumped(CASE, schema="parity-contract-manifest/0"),
        dumped("crud.one"),
    ],
)
def test_broken_manifest_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="manifest"):
        Manifest.loads(text)


def test_manifest_survives_its_text() -> None:
    manifest = Manifest.loads(
        dumped(CASE, {**CASE, "id": "crud.two", "level": "strict", "needs": ["server"]})
    )
    assert Manifest.loads(manifest.dumps()) == manifest
    assert [entry.id for entry in manifest.at("core")] == ["crud.one"]
    assert [entry.id for entry in manifest.at("strict")] == ["crud.one", "crud.two"]


def test_packaged_manifest_is_whole() -> None:
    assert Manifest.packaged().at("core")
