"""The command line: runs a sub-command, and turns whatever goes wrong into one sentence and exit status 2."""

import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from harness.commands import Commands
from harness.errors import HarnessError
from harness.isolation import ours_first
from harness.redact import redact
from harness.settings import export, secrets
from harness.version import version

__all__ = ["main"]

UNCHECKED = 2


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="harness")
def harness() -> None:
    """Say whether DB_MODE may be flipped from memory to supabase, on the real stack.

    Exit status: 0 parity or READY; 1 divergence or NOT READY; 2 could not check.
    Every command takes --debug, which shows tracebacks.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; an integer that the command returns is the status."""
    _open_missing_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if debug := "--debug" in given:
        given.remove("--debug")
        export("HARNESS_DEBUG", "1")
    sys.path[:] = ours_first(sys.path)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _require_directory()
        status = _run(given)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001  # the last frame: nothing may escape as status 1
        status = _explain(error, debug=debug)
    _release_stdout()
    return status


def _open_missing_streams() -> None:
    # Python has none for a descriptor that the caller has closed, and the next file would take its number.
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is not None:
            continue
        with contextlib.suppress(OSError):
            # Writing to stdout stays an error, as on a full disk: the verdict cannot be delivered.
            descriptor = os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _require_directory() -> None:
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise HarnessError("the working directory no longer exists; cd elsewhere.") from error


def _run(arguments: list[str]) -> int:
    try:
        with harness.make_context("harness", arguments) as context:
            result = harness.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        raise HarnessError(str(end.code)) from end
    return result if isinstance(result, int) else 0


def _explain(error: BaseException, *, debug: bool) -> int:
    from harness.settings import Settings  # noqa: PLC0415

    with contextlib.suppress(HarnessError):
        debug = debug or Settings.from_environ().debug
    if isinstance(error, click.UsageError):
        _say(_usage(error))
    elif isinstance(error, click.ClickException):
        _say(f"Error: {error.format_message()}")
    elif isinstance(error, BrokenPipeError):
        pass  # nobody reads what we say: the status has to do
    else:
        _say(f"Error: {_sentence(error, debug=debug)}")
    if debug:
        _say("".join(traceback.format_exception(error)).rstrip())
    return UNCHECKED


def _usage(error: click.UsageError) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    context = error.ctx
    lead = f"{context.get_usage()}\nTry '{context.command_path} --help'.\n" if context is not None else ""
    return f"{lead}Error: {error.format_message()}"


def _sentence(error: BaseException, *, debug: bool) -> str:
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return "interrupted; nothing can be said about the result."
    if isinstance(error, HarnessError):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory. Use fewer --workers, or a larger machine."
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk is full{_place(error)}. Free some space, then run the command again."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or type(error).__name__}."
    text = (str(error).strip() or "no message").splitlines()[0]
    hint = "" if debug else " Run with --debug (or HARNESS_DEBUG=1) for the traceback."
    return f"unexpected {type(error).__name__}: {text}.{hint}"


def _place(error: OSError) -> str:
    return f" at {error.filename}" if error.filename is not None else ""


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(redact(text, secrets()), file=sys.stderr, flush=True)  # noqa: T201  # the rim


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _release_stdout() -> None:
    # What could not be written now would be tried again at exit, with a traceback.
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
