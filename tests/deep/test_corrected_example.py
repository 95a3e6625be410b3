"""The corrected TypeScript example keeps the whole core of the contract, in both modes."""

import json

from contracts.manifest import Manifest
from tests.integration.example_app.conftest import Project


def test_corrected_version_keeps_the_contract(project: Project) -> None:
    done = project.run("corrected", "harness contract --config parity.toml --json outcome.json")
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads((project.directory / "corrected" / "outcome.json").read_text(encoding="utf-8"))
    assert outcome["findings"] == []
    core = len(Manifest.packaged().at("core"))
    for name in ("bridge-memory", "bridge-supabase"):
        counts = outcome["counts"][name]
        assert counts["expected"] == counts["passed"] + counts["exempt"] == core
        assert counts["passed"] > core // 2
