"""Who goes leaves nothing behind, or says what."""

from pathlib import Path
from typing import cast

import pytest

from harness.errors import StackError
from harness.stack.external.api import Api
from harness.stack.external.door import Door
from harness.stack.external.journal import Ids, Journal, read
from harness.stack.external.rules import Scope
from harness.stack.external.visit import _leave

A = "0000a1b2-0000-4000-8000-000000000001"


class Interrupted:
    """A door at which somebody presses Ctrl-C again."""

    def present(self, _: Ids) -> dict[str, list[str]]:
        raise KeyboardInterrupt


def test_a_second_interrupt_says_how_to_remove_what_is_left(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, run="run-1", url="u")
    journal.add({"bookings": [A]})
    with pytest.raises(StackError, match=r"removal was interrupted\. .* harness stack clean --run run-1"):
        _leave(cast("Api", None), cast("Door", Interrupted()), journal.path, Scope.ALL)
    assert read(journal.path).rows["bookings"] == {A}
    journal.close()
