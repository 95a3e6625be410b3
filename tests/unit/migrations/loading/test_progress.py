"""How far a copy is, in a line that a log can keep."""

import io

import pytest

from migrations.loading.account import Account
from migrations.loading.progress import Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def account(read: int, quarantined: int = 0) -> Account:
    return Account(
        table="bookings",
        number=0,
        read=read,
        inserted=read - quarantined,
        identical=0,
        quarantined=quarantined,
    )


def progressed(stream: io.StringIO) -> Progress:
    clock = Clock()
    progress = Progress(rows=10_000, stream=stream, clock=clock)
    progress.skip(account(2_000))
    clock.now = 20.0
    progress.add(account(2_000, quarantined=3))
    return progress


def test_a_line_says_how_far_how_fast_and_how_long() -> None:
    stream = io.StringIO()
    progressed(stream)
    assert stream.getvalue() == (
        "4,000 of 10,000 rows (40 %), 100 rows/s, 1 min 00 s left, 3 in quarantine\n"
    )


def test_lines_of_a_log_are_few() -> None:
    stream = io.StringIO()
    progress = progressed(stream)
    for _ in range(50):
        progress.add(account(100))
    assert stream.getvalue().count("\n") == 1


def test_on_a_terminal_a_line_takes_the_place_of_the_one_before() -> None:
    stream = Terminal()
    progress = progressed(stream)
    progress.end()
    assert stream.getvalue().count("\r") == 2
    assert stream.getvalue().count("\n") == 1


def test_what_is_said_on_a_terminal_has_a_line_of_its_own() -> None:
    stream = Terminal()
    progress = progressed(stream)
    progress.say("Interrupted.")
    progress.add(account(2_000))
    progress.leave()
    progress.leave()
    assert [line.rpartition("\x1b[K")[2].split(",")[0] for line in stream.getvalue().split("\n")] == [
        "4",
        "Interrupted.",
        "",
    ]


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_do_is_all_done(rows: int) -> None:
    stream = io.StringIO()
    progress = Progress(rows=rows, stream=stream, clock=Clock())
    progress.add(account(rows))
    progress.end()
    assert "(100 %)" in stream.getvalue()
