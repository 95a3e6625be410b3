"""The showcase: the contract tells Supabase Lite from PostgREST, by the differences that its README names."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import psycopg
import pytest

from contracts.manifest import Manifest
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack

SHOWCASE = Path(__file__).resolve().parents[2] / "showcase" / "supabase_lite"
NAMED = re.compile(r"`([a-z_]+\.[a-z_*]+(?:\[[a-z_]+\])?)`")
FOREIGN = ("PYTEST_", "SUPABASE_", "HARNESS_STACK")
"""Variables that would select cases, or name another project."""
DEADLINE_S = 600


def named(word: str) -> set[str]:
    """Return the ids of the cases in the paragraphs of the README that begin with a word."""
    paragraphs = (SHOWCASE / "README.md").read_text(encoding="utf-8").split("\n\n")
    names = {name for text in paragraphs if text.startswith(f"{word}:") for name in NAMED.findall(text)}
    ids = [entry.id for entry in Manifest.packaged().entries]
    found = {name: {id_ for id_ in ids if is_named(id_, name)} for name in names}
    assert [name for name, cases in found.items() if not cases] == [], "the README names cases that are gone"
    return set().union(*found.values())


def is_named(id_: str, name: str) -> bool:
    if name.endswith("*"):
        return id_.startswith(name[:-1])
    return name in {id_, id_.partition("[")[0]}


def test_differences_are_those_of_the_readme(tmp_path: Path) -> None:
    differ, keep = named("Cases"), named("Kept")
    report = tmp_path / "report"
    chosen = [part for id_ in sorted(differ | keep) for part in ("--case", id_)]
    command = [sys.executable, "-P", "-m", "harness", "contract", "--adapter", "supabase_lite:server"]
    done = subprocess.run(
        [*command, "--report", str(report), *chosen],
        cwd=SHOWCASE,
        env={name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"DIVERGENCE: {len(differ)} cases on supabase_lite:server"
    results: list[dict[str, Any]] = json.loads((report / "cases.json").read_text(encoding="utf-8"))
    of = {kind: {case["id"] for case in results if case["result"] == kind} for kind in ("failed", "passed")}
    assert of["failed"] - differ == set()
    assert differ - of["failed"] == set()
    assert of["passed"] == keep


@pytest.fixture(scope="module")
def showcase() -> ModuleType:
    """The module of the showcase, which is no package of ours."""
    spec = importlib.util.spec_from_file_location("supabase_lite", SHOWCASE / "supabase_lite.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def servers(showcase: ModuleType) -> Iterator[dict[str, Coordinates]]:
    """PostgREST and Supabase Lite, each on a database of its own."""
    with EmbeddedStack.start(Settings.from_environ()) as stack, stack.clone() as reference:
        lite = showcase.server(stack.record)
        try:
            yield {"postgrest": reference.coordinates, "lite": lite.coordinates}
        finally:
            lite.close()


@pytest.mark.parametrize(
    ("server", "time", "touched"),
    [("postgrest", "2026-01-15T10:00:00.1+00:00", 0), ("lite", "2026-01-15 10:00:00.1+00", 2)],
)
def test_differences_below_the_adapter(
    servers: dict[str, Coordinates], server: str, time: str, touched: int
) -> None:
    one = servers[server]
    jobs = f"{one.supabase_url}/rest/v1/sync_jobs"
    headers = {
        "apikey": one.service_role_key,
        "Authorization": f"Bearer {one.service_role_key}",
        "Prefer": "return=representation",
    }
    job = {"type": "icims_note", "entity_type": "booking", "entity_id": "e-1"}
    with httpx.Client(headers=headers, timeout=30, trust_env=False) as client:
        made = client.post(jobs, json=[{**job, "run_after": "2026-01-15T10:00:00.1+00:00"}] * 2)
        assert [row["run_after"] for row in made.json()] == [time, time]
        answer = client.patch(
            f"{jobs}?entity_id=eq.e-1",
            json={"last_error": "touched"},
            headers={"Accept": "application/vnd.pgrst.object+json"},
        )
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST116")
    with psycopg.connect(one.database_url) as owner:
        found = owner.execute("SELECT count(*) FROM public.sync_jobs WHERE last_error = 'touched'").fetchone()
    assert found == (touched,)
