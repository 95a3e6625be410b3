"""Sends what must succeed: subjects that are made before, and removed after, what is measured."""

from collections.abc import Sequence

from loadtests.errors import LoadError
from loadtests.scenarios.call import Answer, Call, SendMany
from loadtests.scenarios.implementation import Ask, Implementation

__all__ = ["WrongPreparation", "must_succeed", "sent"]

_BATCH = 500
_SHOWN = 200


class WrongPreparation(LoadError):
    """An endpoint answered wrongly when subjects were made."""

    def __init__(self, endpoint: str, problem: str, message: str) -> None:
        super().__init__(message)
        self.endpoint = endpoint
        self.problem = problem


def sent(calls: Sequence[Call], send: SendMany) -> list[Answer]:
    """Send calls in batches. Raises LoadError if the server does not answer."""
    answers: list[Answer] = []
    for start in range(0, len(calls), _BATCH):
        batch = calls[start : start + _BATCH]
        try:
            answers += send(batch)
        except OSError as error:
            raise LoadError(
                f"The server did not answer {batch[0].method} {batch[0].path} or a request beside it:"
                f" {str(error) or type(error).__name__}. Look into its log, and whether the address is right."
            ) from error
    return answers


def must_succeed(asks: Sequence[Ask], implementation: Implementation, send: SendMany) -> None:
    """Send what is asked, and check the answers. Raises WrongPreparation for the first wrong one."""
    calls = [implementation.call(ask) for ask in asks]
    for call, answer in zip(calls, sent(calls, send), strict=True):
        problem = call.check(answer)
        if problem is not None:
            said = answer.body[:_SHOWN].decode("utf-8", "replace")
            raise WrongPreparation(
                call.endpoint,
                problem,
                f"{call.endpoint}: {problem}. {call.method} {call.path} was needed to prepare the run,"
                f" and was answered with status {answer.status}: {said or 'nothing'}",
            )
