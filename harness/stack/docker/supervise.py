"""What a supervisor does whose servers are containers."""

import contextlib
import os
import shutil
from functools import partial
from pathlib import Path

from harness.errors import StackError
from harness.stack.docker.api import ApiContainers
from harness.stack.docker.engine import Engine
from harness.stack.docker.plans import ApiPlan, PostgresPlan
from harness.stack.docker.postgres import PostgresContainer
from harness.stack.docker.sweep import sweep
from harness.stack.drop import drop
from harness.stack.instances import is_held
from harness.stack.lifetime import Lifetime, read_line
from harness.stack.orders import obey, tell
from harness.stack.processes import record

__all__ = ["cluster", "database"]


def cluster() -> None:
    """Run Postgres, and in the end remove all that the stack has in the engine."""
    engine = Engine.connect()
    plan = PostgresPlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    record(plan.instance, os.getpid(), "cluster supervisor")
    try:
        server = PostgresContainer.start(engine, plan)
        tell(port=server.port)
        lifetime.wait(server.look, partial(obey, server))
    finally:
        # Not Postgres alone: the supervisor of a database may have been killed.
        sweep(engine, plan.instance, plan.logs)
        # Only now: what is left of a directory says that there may be something to remove.
        shutil.rmtree(plan.run_dir, ignore_errors=True)
        shutil.rmtree(plan.instance, ignore_errors=True)


def database() -> None:
    """Run PostgREST and a gateway for one database, and drop it in the end, if nobody else did.

    If the supervisor of Postgres is killed, its work is done here: no container outlives them all.
    """
    engine = Engine.connect()
    plan = ApiPlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    note = record(plan.instance, os.getpid(), "database supervisor")
    dropped = False
    try:
        api = ApiContainers.start(engine, plan)
        try:
            api.wait()
            tell(port=api.port)
            dropped = lifetime.wait(partial(_require_cluster, plan.instance), partial(obey, api))
        finally:
            api.remove()
    finally:
        if is_held(plan.instance):
            if not dropped:
                drop(plan.database, plan.admin_uri)
        else:
            sweep(engine, plan.instance, plan.logs)
        with contextlib.suppress(OSError):
            note.unlink()


def _require_cluster(instance: Path) -> None:
    """Raise StackError unless the supervisor of Postgres lives: it holds the directory."""
    if not is_held(instance):
        raise StackError("The supervisor of Postgres was ended, and its databases end with it.")
