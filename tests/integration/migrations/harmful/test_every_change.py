"""Each change of the list is asked of one tool at least, and none of the lists leaves one out."""

from collections import Counter
from typing import get_args

from tests.integration.migrations.harmful import test_check, test_contract, test_lint, test_security
from tests.schema_changes.harmful import HARMFUL, Tool

ASKED = {
    "check": {change.name for change in test_check.CHECKED},
    "lint": set(test_lint.MUST),
    "security": {change.name for change in test_security.OPENING},
    "contract": {change.name for change in test_contract.JUDGED},
}


def test_the_list_is_long_and_each_change_has_a_name_of_its_own() -> None:
    assert len(HARMFUL) >= 40
    assert [name for name, times in Counter(change.name for change in HARMFUL).items() if times > 1] == []
    assert all(bool(change.case) == ("contract" in change.found_by) for change in HARMFUL)


def test_each_is_asked_of_every_tool_that_must_find_it() -> None:
    assert set(ASKED) == set(get_args(Tool))
    for change in HARMFUL:
        assert (
            {tool for tool, names in ASKED.items() if change.name in names} == set(change.found_by) != set()
        )


def test_what_cannot_be_taken_back_is_in_the_list() -> None:
    assert set(test_check.NOT_TAKEN_BACK) <= ASKED["check"]
