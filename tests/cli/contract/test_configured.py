"""``harness contract --config parity.toml``: what cannot be judged is refused before anything runs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
YEAR = datetime.now(UTC).year
SUBJECT = '[subject]\nname = "a"\n[subject.bridge]\nmemory = "m"\nsupabase = "s"\n'
GAP = f'[[gaps]]\noperation = "claimSyncJobs"\nreason = "r"\nowner = "o"\nexpires = {YEAR}-12-31\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no adapter; add [subject] name and [subject.bridge] memory and supabase."),
        (SUBJECT + GAP.replace("claim", "clame"), "parity.toml, line 7, column 1: gaps[1].operation names"),
        (SUBJECT + GAP.replace(f"{YEAR}-", f"{YEAR + 2}-"), "more than a year after"),
        (SUBJECT + GAP.replace('"o"', '""'), "line 9, column 1: gaps[1].owner must be a string that is not"),
        (GAP, "line 1, column 3: gaps accept what an adapter lacks, and need the table [subject.bridge]"),
    ],
)
def test_configuration_that_names_nothing_to_judge(
    harness: Run, tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "parity.toml").write_text(text)
    (tmp_path / "old.json").write_text('{"status": "passed"}')
    done = harness("contract", "--config", "parity.toml", "--json", "old.json", cwd=tmp_path)
    assert done.is_unchecked(sentence)
    assert not (tmp_path / "old.json").exists()


def test_configuration_and_adapter_exclude_each_other(harness: Run, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(SUBJECT)
    done = harness("contract", "--config", "parity.toml", "--adapter", "memory", cwd=tmp_path)
    assert done.is_unchecked("--config names the adapter to judge; leave --adapter out, or --config.")


def test_unknown_case_is_told_with_the_application(harness: Run, tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(SUBJECT)
    done = harness("contract", "--config", "parity.toml", "--case", "x", "--json", "-", cwd=tmp_path)
    outcome = json.loads(done.out)
    assert (done.status, outcome["step"], outcome["status"]) == (2, "contract subject", "unchecked")
    assert outcome["subject"]["app"]["name"] == "a"
    assert outcome["subject"]["target"] == {"level": "core"}
