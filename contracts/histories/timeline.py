"""Draws a witness: one lane per worker, then what each operation asked and was answered."""

from collections.abc import Sequence

from contracts.histories.operation import Answer, Operation, letter
from contracts.histories.witness import Witness

__all__ = ["render", "shown"]

_STEP = 4
"""Characters from one call or answer to the next. They stand in their order, not to scale."""


def render(witness: Witness) -> str:
    """Return the picture as lines of text.

    A bar ``|--2--|`` reaches from the call of operation 2 to its answer,
    ``|--2-->`` has no answer by the end. Bars that share a column overlap:
    either may have happened first. Behind each operation stands its place in
    an order that explains all answers but one.
    """
    numbers = {id(operation): number for number, operation in enumerate(witness.operations, 1)}
    lanes = _lanes(witness.operations, numbers)
    places = {id(operation): place for place, operation in enumerate(witness.order, 1)}
    rows = [
        (
            f"{numbers[id(operation)]:>3}",
            f"worker {letter(operation.worker)}",
            _ms(operation.invoked - witness.operations[0].invoked),
            f"{operation.call} -> {shown(operation.answer)}",
            _place(operation, witness, places),
        )
        for operation in witness.operations
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    legend = [
        "  ".join([row[0], row[1].ljust(widths[1]), row[2].rjust(widths[2]), row[3].ljust(widths[3]), row[4]])
        for row in rows
    ]
    return "\n".join([*lanes, "", *(line.rstrip() for line in legend)])


def shown(answer: Answer) -> str:
    """Return an answer as reports show it."""
    return str(answer)


def _place(operation: Operation, witness: Witness, places: dict[int, int]) -> str:
    place = places.get(id(operation))
    if operation is witness.stuck:
        return (
            f"NO ORDER EXPLAINS THIS; {_ordinal(place or 0)} if it had answered {shown(witness.allowed[0])}"
        )
    return "need not have happened yet" if place is None else _ordinal(place)


def _lanes(operations: Sequence[Operation], numbers: dict[int, int]) -> list[str]:
    """Draw the bars, each worker's in its own line."""
    moments = sorted(
        {operation.invoked for operation in operations}
        | {operation.returned for operation in operations if operation.answered}
    )
    column = {moment: index * _STEP for index, moment in enumerate(moments)}
    end = len(moments) * _STEP
    lines = []
    for worker in sorted({operation.worker for operation in operations}):
        line = ""
        for operation in operations:
            if operation.worker == worker:
                stop = column[operation.returned] if operation.answered else end
                line = line.ljust(column[operation.invoked])[: column[operation.invoked]]
                line += _bar(
                    str(numbers[id(operation)]), stop - column[operation.invoked], operation.answered
                )
        lines.append(f"worker {letter(worker)}  {line.rstrip()}")
    return lines


def _bar(label: str, width: int, closed: bool) -> str:  # noqa: FBT001  # the two ends of one bar
    return "|" + label.center(width - 1, "-") + ("|" if closed else ">")


def _ms(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.2f} ms"


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
