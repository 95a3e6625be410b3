"""[subject] and [[gaps]]: what is to be judged, and what it may lack for how long."""

from datetime import date
from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.models.operations import OPERATIONS, required
from harness.settings.application import Bridge
from harness.settings.gaps import Gap
from harness.settings.parity_toml import ParityToml, parse

TODAY = date(2026, 7, 1)
SUBJECT = '[subject]\nname = "scheduler"\n[subject.bridge]\nmemory = "m"\nsupabase = "s"\n'
GAP = '[[gaps]]\noperation = "claimSyncJobs"\nreason = "later"\nowner = "ops"\nexpires = 2026-12-31\n'
WITH_GAP = SUBJECT + GAP


def read(text: str, today: date = TODAY) -> ParityToml:
    return parse(text, name="parity.toml", directory=Path("/project"), today=today)


def test_a_bridge_names_a_command_for_each_mode_and_is_judged_at_core() -> None:
    subject = read(SUBJECT).subject
    assert (subject.name, subject.level, subject.types) == ("scheduler", "core", None)
    assert subject.bridge == Bridge(memory="m", supabase="s", call_timeout_s=None)
    assert subject.bridge.commands == {"memory": "m", "supabase": "s"}


def test_level_types_and_patience_may_be_chosen() -> None:
    text = SUBJECT.replace('"scheduler"', '"scheduler"\nlevel = "strict"\ntypes = "src/types.ts"')
    subject = read(text + "call_timeout_s = 5").subject
    assert (subject.level, subject.types) == ("strict", "src/types.ts")
    assert subject.bridge is not None
    assert subject.bridge.call_timeout_s == 5.0


def test_types_need_no_bridge() -> None:
    assert read('[subject]\ntypes = "types.ts"').subject.types == "types.ts"


def test_a_gap_has_reason_owner_and_a_last_day() -> None:
    (gap,) = read(WITH_GAP).gaps
    assert gap == Gap(operation="claimSyncJobs", reason="later", owner="ops", expires=date(2026, 12, 31))
    assert gap.is_in_force(date(2026, 12, 31))
    assert not gap.is_in_force(date(2027, 1, 1))


def test_one_gap_may_name_several_operations() -> None:
    text = WITH_GAP.replace('operation = "claimSyncJobs"', 'operations = ["failSyncJob", "getOpsSummary"]')
    assert [gap.operation for gap in read(text).gaps] == ["failSyncJob", "getOpsSummary"]


def test_an_expired_gap_is_read_as_well() -> None:
    assert not read(WITH_GAP, today=date(2030, 1, 1)).gaps[0].is_in_force(date(2030, 1, 1))


def test_every_operation_that_is_needed_may_be_a_gap() -> None:
    names = ", ".join(f'"{name}"' for name in required())
    text = WITH_GAP.replace('operation = "claimSyncJobs"', f"operations = [{names}]")
    assert len(read(text).gaps) == len(required()) < len(OPERATIONS)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (SUBJECT.replace('name = "scheduler"', ""), "line 1, column 2: subject needs the key 'name'"),
        (SUBJECT.replace('"scheduler"', '"a\\nb"'), "line 2, column 1: subject.name must be one line"),
        (
            SUBJECT.replace('supabase = "s"\n', ""),
            "line 3, column 10: subject.bridge needs the key 'supabase'",
        ),
        (SUBJECT.replace('"s"', "3"), "line 5, column 1: subject.bridge.supabase must be a string"),
        (SUBJECT.replace("memory", "memroy"), "line 4, column 1: subject.bridge.memroy is not a key"),
        ("[subject]\nname = 'x'\nbridge = 3", "line 3, column 1: subject.bridge must be a table"),
        (SUBJECT + "call_timeout_s = 0", "line 6, column 1: subject.bridge.call_timeout_s must be a number"),
        (
            SUBJECT + "call_timeout_s = nan",
            "line 6, column 1: subject.bridge.call_timeout_s must be a number",
        ),
        (
            SUBJECT.replace("[subject.bridge]", 'level = "all"\n[subject.bridge]'),
            "line 3, column 1: subject.lev",
        ),
        (
            SUBJECT.replace("[subject.bridge]", "level = []\n[subject.bridge]"),
            "line 3, column 1: subject.level",
        ),
        (
            "[subject]\nlevel = 'core'",
            "line 2, column 1: subject.level says how an adapter is judged, and needs",
        ),
        ("[subject]\ntypes = '../types.ts'", "line 2, column 1: subject.types must be a file below"),
        (GAP, "line 1, column 3: gaps accept what an adapter lacks, and need the table [subject.bridge]"),
        ("[gaps]\n", "line 1, column 2: gaps must be written as [[gaps]], once for each gap"),
        (
            WITH_GAP.replace("claim", "clam"),
            (
                "line 7, column 1: gaps[1].operation names 'clamSyncJobs', which is "
                "no operation; did you mean 'claimSyncJobs'?"
            ),
        ),
        (
            WITH_GAP.replace("claimSyncJobs", "__reset"),
            "names '__reset', which an adapter may leave out without",
        ),
        (
            WITH_GAP.replace("claimSyncJobs", "countBookings"),
            "names 'countBookings', which an adapter may leave",
        ),
        (
            WITH_GAP.replace('"claimSyncJobs"', "[]"),
            "line 7, column 1: gaps[1].operation must be the name of",
        ),
        (
            WITH_GAP.replace("operation =", "operations ="),
            "line 7, column 1: gaps[1].operations must be a list",
        ),
        (
            WITH_GAP.replace('operation = "claimSyncJobs"\n', ""),
            "line 6, column 3: gaps[1] needs one of the keys",
        ),
        (WITH_GAP + 'operations = ["getBooking"]', "gaps[1] has both 'operation' and 'operations'; keep one"),
        (
            WITH_GAP + GAP,
            "line 12, column 1: gaps[2].operation names 'claimSyncJobs', which another gap names",
        ),
        (WITH_GAP.replace('reason = "later"\n', ""), "line 6, column 3: gaps[1] needs the key 'reason'"),
        (
            WITH_GAP.replace('"later"', '" "'),
            "line 8, column 1: gaps[1].reason must be a string that is not emp",
        ),
        (
            WITH_GAP.replace('"ops"', '""'),
            "line 9, column 1: gaps[1].owner must be a string that is not empty",
        ),
        (WITH_GAP.replace("expires = 2026-12-31", ""), "line 6, column 3: gaps[1] needs the key 'expires'"),
        (
            WITH_GAP.replace("2026-12-31", '"2026-12-31"'),
            "line 10, column 1: gaps[1].expires must be a date wit",
        ),
        (
            WITH_GAP.replace("2026-12-31", "2026-12-31T00:00:00Z"),
            "line 10, column 1: gaps[1].expires must be a",
        ),
        (
            WITH_GAP.replace("2026-12-31", "2027-12-31"),
            (
                "line 10, column 1: gaps[1].expires is 2027-12-31, more "
                "than a year after 2026-07-01; accept it for a year at most"
            ),
        ),
        (WITH_GAP + "until = 3", "line 11, column 1: gaps[1].until is not a key that this version knows"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, error: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(text)
    assert error in str(raised.value)
    assert str(raised.value).startswith("parity.toml, line ")
