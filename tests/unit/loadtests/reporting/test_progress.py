"""Progress says what is going on, and how long it will take at most."""

import io

import pytest

from loadtests.reporting.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _progress(stream: io.StringIO) -> tuple[Progress, Clock]:
    clock = Clock()
    return Progress(stream, total=8, part_s=15.0, clock=clock), clock


def test_before_the_first_round_ends_the_plan_says_how_long() -> None:
    stream = io.StringIO()
    progress, clock = _progress(stream)
    clock.now += 5
    progress.doing("warm-up")
    assert stream.getvalue() == "round 1 of 8, warm-up, 5 s so far, at most 1 min 55 s left\n"


def test_finished_rounds_say_how_long_the_others_take() -> None:
    progress, clock = _progress(io.StringIO())
    clock.now += 20
    progress.finished()
    clock.now += 10
    assert progress.left_s == pytest.approx(7 * 20 - 10)
    assert progress.line() == "round 2 of 8, 30 s so far, at most 2 min 10 s left"


def test_after_the_last_nothing_is_left() -> None:
    progress, clock = _progress(io.StringIO())
    for _ in range(8):
        clock.now += 15
        progress.finished()
    assert progress.left_s == 0


def test_a_log_gets_a_line_now_and_then_and_a_terminal_redraws() -> None:
    log, terminal = io.StringIO(), Terminal()
    for stream in (log, terminal):
        progress, clock = _progress(stream)
        with progress:
            for number in range(30):
                clock.now += 1
                progress.doing(f"window {number}")
            progress.say("Round 1 is not flat.")
    assert len(log.getvalue().splitlines()) == 4
    assert "\x1b" not in log.getvalue()
    assert terminal.getvalue().count("\r\x1b[Kround 1") == 30
    assert terminal.getvalue().endswith("\r\x1b[KRound 1 is not flat.\n")


def test_an_error_leaves_the_terminal_on_an_empty_line() -> None:
    stream = Terminal()
    progress, _ = _progress(stream)
    with pytest.raises(KeyboardInterrupt):
        _interrupt(progress)
    assert stream.getvalue().endswith("\r\x1b[K")


def _interrupt(progress: Progress) -> None:
    with progress:
        progress.doing("warm-up")
        raise KeyboardInterrupt
