"""One call of the replay: sent to the adapter in wire form, and its answer or its error in the protocol's."""

import json
from typing import Any

from contracts.replay.lines import Call, Failure
from contracts.replay.subjectrows import SubjectRows
from contracts.subject import Subject
from harness.adapters.bridge.dispatch import Dispatch
from harness.adapters.bridge.faults import encode_error
from harness.errors import HarnessError, StoreError
from harness.models.operations import Verb

__all__ = ["OF_THE_LINE", "Asking"]

OF_THE_LINE = frozenset({"unavailable", "unauthorized", "outcome_unknown"})
"""Kinds of errors about the way to a server on that day, not about the adapter."""


class Asking:
    """Asks the store of a subject."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._dispatch = self._of_store()

    def ask(self, call: Call, sent: list[Any]) -> tuple[Any, Failure | None]:
        """Return the answer, or the error that the adapter gave.

        Raises MissingOperation and NoJsonForm for a call that cannot be made,
        HarnessError if the servers or the adapter's process broke.
        """
        try:
            # Through JSON, as over a bridge: nothing is shared with the store afterwards.
            answer = json.loads(json.dumps(self._dispatch(call.operation, json.loads(json.dumps(sent)))))
        except HarnessError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever a store raises is its answer
            return None, self._failure(error)
        if call.operation.verb is Verb.RESET:
            self._dispatch = self._of_store()
        self._stand(probe=False)
        return answer, None

    def _of_store(self) -> Dispatch:
        return Dispatch(self._subject.store, rows=SubjectRows(self._subject))

    def _failure(self, error: Exception) -> Failure:
        encoded = encode_error(error)
        is_strange = not isinstance(error, StoreError) or encoded["kind"] in {*OF_THE_LINE, "unexpected"}
        self._stand(probe=is_strange)
        subject = next((encoded[key] for key in ("constraint", "field", "table") if key in encoded), None)
        return Failure(kind=encoded["kind"], subject=subject, message=encoded["message"])

    def _stand(self, *, probe: bool) -> None:
        """Raise HarnessError if the servers or the adapter's process do not stand: no answer counts then."""
        trouble = getattr(self._subject, "trouble", None)
        why = None if trouble is None else trouble()
        if why is None and probe:
            why = self._subject.probe()
        if why is not None:
            raise HarnessError(why)
