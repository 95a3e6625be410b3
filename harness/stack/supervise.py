"""The process between an owner and its servers: ``python -m harness.stack.supervise KIND``.

A kind is ``cluster`` or ``database``, with ``docker-`` before it where servers are containers. It reads a
plan from stdin, starts what the plan says, prints one line of
JSON (``{"port": …}`` or ``{"error": …}``) and then waits for its end: when
stdin closes, its owner has died or let go. A server that dies on its own is
not restarted: the harness must see that. Only its owner may say ``stop``,
``kill`` and ``start``, each answered by ``{"done": …}`` or ``{"error": …}``.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial

from harness.stack.lifetime import Lifetime, read_line
from harness.stack.orders import obey, reason, tell
from harness.stack.plans import ClusterPlan, DatabasePlan
from harness.stack.postgres import Postgres
from harness.stack.processes import record

__all__ = ["main"]


def main() -> None:
    """Run the supervisor that the first argument names."""
    kinds: dict[str, Callable[[], None]] = {
        "cluster": _cluster,
        "database": _database,
        "docker-cluster": _docker_cluster,
        "docker-database": _docker_database,
    }
    try:
        kinds[sys.argv[1]]()
    except Exception as cause:  # whatever it is, the owner must hear of it
        tell(error=reason(cause))
        raise SystemExit(1) from cause


def _cluster() -> None:
    plan = ClusterPlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    record(plan.instance, os.getpid(), "cluster supervisor")
    try:
        server = Postgres.start(plan)
        try:
            tell(port=server.port, password=server.password)
            lifetime.wait(server.look, partial(obey, server))
        finally:
            server.stop()
    finally:
        shutil.rmtree(plan.run_dir, ignore_errors=True)
        shutil.rmtree(plan.instance, ignore_errors=True)


def _database() -> None:
    # Before the plan is read: it takes 0.2 s, and the plan comes when the database exists.
    from harness.stack.gateway import Door, serve  # noqa: PLC0415
    from harness.stack.postgrest import PostgREST  # noqa: PLC0415

    plan = DatabasePlan.loads(read_line())
    lifetime = Lifetime(plan.instance)
    note = record(plan.instance, os.getpid(), "database supervisor")
    server = PostgREST(plan)
    dropped = False
    try:
        dropped = serve(
            Door(socket=plan.socket, anon_key=plan.anon_key, service_role_key=plan.service_role_key),
            wait_ready=server.wait,
            tell=tell,
            wait_end=lambda: lifetime.wait(server.look, partial(obey, server)),
        )
    finally:
        server.stop()
        if not dropped:
            from harness.stack.drop import drop  # noqa: PLC0415  # a waiting supervisor needs no database driver

            drop(plan.database, plan.admin_uri)
        with contextlib.suppress(OSError):
            note.unlink()


def _docker_cluster() -> None:
    from harness.stack.docker.supervise import cluster  # noqa: PLC0415  # one kind does not load the other

    cluster()


def _docker_database() -> None:
    from harness.stack.docker.supervise import database  # noqa: PLC0415  # as above

    database()


if __name__ == "__main__":
    main()
