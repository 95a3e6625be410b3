"""A stack of ours for an API: the one that is kept, or one that lives as long as the API."""

from collections.abc import Callable
from contextlib import ExitStack

from harness.settings import Settings, StackKind
from harness.stack.account import Account
from harness.stack.coordinates import Coordinates
from harness.stack.home import Home
from harness.stack.kept import KeptStack
from harness.stack.opening import attach, start
from harness.stack.variables import forget_libpq_variables

__all__ = ["coordinates"]


def coordinates(
    settings: Settings, kind: StackKind, say: Callable[[str], None], owned: ExitStack
) -> Coordinates:
    """Return how to reach a database of a stack of ours; what is started here ends with `owned`."""
    forget_libpq_variables()
    if settings.stack_file is None:
        kept = KeptStack.find(Home.of(settings, Account.current()))
        if kept is not None and kept.kind == kind:
            say(f"The data is in the stack that `harness stack up` keeps, at {kept.supabase_url}.")
            return kept.coordinates
        say(
            f"No {kind} stack is kept: starting one for this server alone. Its data does not outlive the "
            "server; `harness stack up` starts one that does."
        )
        stack = owned.enter_context(start(settings, kind))
    else:
        say("The data is in a database of its own in the stack of HARNESS_STACK_FILE, and ends with it.")
        stack = owned.enter_context(attach(settings.stack_file))
    return owned.enter_context(stack.clone()).coordinates
