"""A disagreement becomes a script that runs by itself."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.agreement.case import examine
from contracts.agreement.script import source
from contracts.agreement.steps import Assigned, CursorOf
from contracts.expect import Divergence
from contracts.plan import Adapter, Plan
from harness.adapters.protocol import Actor
from harness.adapters.queries import Condition, Order
from harness.models import BookingPatch
from tests.unit.contracts.agreement.spoiled import opened

ROOT = Path(__file__).parents[4]
HERE = "tests.unit.contracts.agreement.spoiled:opened"


def adapter(name: str) -> Adapter:
    return Adapter(name="acme", subject=HERE, argument=name)


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(script)],
        cwd=script.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_script_fails_on_the_broken_store_and_passes_on_a_correct_one(tmp_path: Path) -> None:
    name = "token_hash_in_any_case"
    subject = opened(None, name)
    notes: dict[str, object] = {}
    plan = Plan(events=None, adapters=(adapter(name),), seed=7, budget_s=60.0)
    with pytest.raises(Divergence) as caught:
        examine(subject, adapter(name), plan, notes.__setitem__)
    assert "sequences" in str(notes["agreement"])
    text = caught.value.script
    assert text is not None
    script = tmp_path / "agreement-acme.py"
    script.write_text(text, encoding="utf-8")
    broken = run(script)
    assert broken.returncode == 1, broken.stdout + broken.stderr
    assert "acme and the reference disagree at step" in broken.stdout
    assert caught.value.expected in broken.stdout
    script.write_text(text.replace(name, "correct"), encoding="utf-8")
    mended = run(script)
    assert (mended.returncode, mended.stderr) == (0, "")
    assert "acme and the reference agree on all" in mended.stdout


@pytest.mark.parametrize(
    "value",
    [
        UUID(int=7),
        datetime(2026, 1, 15, 10, 0, 0, 123457, tzinfo=UTC),
        datetime(2026, 1, 15, tzinfo=UTC),
        datetime(2026, 1, 15, 10),  # noqa: DTZ001  # naive on purpose
        Assigned(3, upper=True),
        CursorOf(0),
        Condition("status", "in", ["pending", None]),
        Order("id", "desc"),
        Actor("candidate", None),
        Adapter(name="acme", subject="acme:open", argument="x"),
        BookingPatch(calendar_event_id=None, status="Confirmed"),
        "caf\u00e9 \U0001f600 \x00 \ud800 'quoted' \"twice\" \\",
        "\u00e9" * 512 + "x",
        {"a": [1, 1.5, True, None, {"": ()}], "deep": {"n": 10**20}},
        (1,),
        [-0.0, 1e22],
        b"alpha",
        {1, 2},
        None,
    ],
    ids=lambda value: type(value).__name__,
)
def test_source_makes_the_same_value(value: object) -> None:
    names = {
        kind.__name__: kind
        for kind in (UUID, datetime, Assigned, CursorOf, Condition, Order, Actor, Adapter, BookingPatch)
    }
    text = source(value)
    assert text.isascii()
    made = eval(text, {**names, "UTC": UTC})  # noqa: S307  # what a script does
    assert made == value
    assert repr(made) == repr(value)
