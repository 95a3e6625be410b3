"""A caller that goes on until it knows what became of its call, and writes down all that it is told."""

import random
import threading
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from harness.errors import Conflict, OutcomeUnknown, Unavailable
from tests.benchmarks.soak.said import Outcome, Said

__all__ = ["Caller", "GoneWrong"]

T = TypeVar("T")

_PATIENCE_S = 300.0
"""How long one call may be refused: a store that does not recover is found, and a starved machine is not.

Measured with 20 processes to a core: 3 of 24,000 calls met a fault or their own timeout for 60 s.
"""
_PAUSE_S = 0.2


class GoneWrong(Exception):
    """The caller was told what no caller should be told; it is written down, and the turn is over."""


class Caller:
    """One thread's way to the store."""

    def __init__(self, note: Callable[[Said], None], chance: random.Random, hurry: threading.Event) -> None:
        """Hand each outcome to `note`. Pauses are random, and end when `hurry` is set."""
        self._note = note
        self._chance = chance
        self._hurry = hurry

    def make(
        self,
        what: str,
        key: object,
        call: Callable[[], T],
        *,
        wrote: str = "",
        told: Callable[[T], str] | None = None,
        alone: bool = True,
    ) -> T | None:
        """Repeat a call that writes until it is done, or is found to be: None then.

        `wrote` is noted with each outcome, or what `told` makes of the result. With `alone` False, somebody
        else may have taken the row meanwhile: a Conflict is no surprise then.
        """
        is_unknown = False
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                result = call()
            except Unavailable:
                self._say(what, key, Outcome.UNAVAILABLE, wrote)
            except OutcomeUnknown:
                is_unknown = True
                self._say(what, key, Outcome.UNKNOWN, wrote)
            except Conflict as error:
                if alone and not is_unknown:
                    self.go_wrong(what, key, str(error), error)
                self._say(what, key, Outcome.FOUND if is_unknown else Outcome.STALE, wrote)
                return None
            except Exception as error:  # noqa: BLE001  # whatever it is, no caller should be told that
                self.go_wrong(what, key, f"{type(error).__name__}: {error}", error)
            else:
                self._say(what, key, Outcome.DONE, wrote if told is None else told(result))
                return result
            self._wait(what, key, deadline)

    def look(self, what: str, key: object, call: Callable[[], T]) -> T:
        """Repeat a call that reads until it answers."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            try:
                result = call()
            except Unavailable:
                self._say(what, key, Outcome.UNAVAILABLE)
            except Exception as error:  # noqa: BLE001  # as above; a read has no outcome that could be unknown
                self.go_wrong(what, key, f"{type(error).__name__}: {error}", error)
            else:
                self._say(what, key, Outcome.DONE)
                return result
            self._wait(what, key, deadline)

    def take(self, what: str, call: Callable[[], list[T]], named: Callable[[T], tuple[str, str]]) -> list[T]:
        """Make a call once that takes rows; `named` returns the key of each, and what to note of it."""
        try:
            rows = call()
        except Unavailable:
            self._say(what, "", Outcome.UNAVAILABLE)
            return []
        except OutcomeUnknown:
            self._say(what, "", Outcome.UNKNOWN)
            return []
        except Exception as error:  # noqa: BLE001  # as above
            self.go_wrong(what, "", f"{type(error).__name__}: {error}", error)
        for row in rows:
            key, detail = named(row)
            self._say(what, key, Outcome.DONE, detail)
        return rows

    def go_wrong(self, what: str, key: object, why: str, cause: BaseException | None = None) -> NoReturn:
        """Write down what should not be, and end the turn."""
        self._say(what, key, Outcome.WRONG, why)
        raise GoneWrong from cause

    def pause(self) -> None:
        """Think for a moment."""
        self._hurry.wait(self._chance.uniform(0, _PAUSE_S))

    def _wait(self, what: str, key: object, deadline: float) -> None:
        if time.monotonic() > deadline:
            self.go_wrong(what, key, f"refused for {_PATIENCE_S:g} s")
        self.pause()

    def _say(self, what: str, key: object, outcome: Outcome, detail: str = "") -> None:
        self._note(Said(what, str(key), outcome, detail))
