"""A fresh cluster's data directory: made by initdb once, and copied from then on."""

import secrets
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness.errors import StackError
from harness.stack.logs import tail
from harness.stack.plans import ClusterPlan
from harness.stack.processes import spawn

__all__ = ["ENVIRONMENT", "INITDB_OPTIONS", "LOCALE_OPTIONS", "SUPERUSER", "create_cluster"]

SUPERUSER = "supabase_admin"

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
"""All that a Postgres program sees: no PG* variable of the user's."""

LOCALE_OPTIONS = (
    # Hosted projects sort as people do; ICU does so on every machine, whatever locales it has.
    *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "icu", "--icu-locale", "en-US"),
)
INITDB_OPTIONS = (
    *("--username", SUPERUSER, "--auth", "scram-sha-256", "--no-instructions"),
    *LOCALE_OPTIONS,
)


def create_cluster(plan: ClusterPlan, log: Path) -> str:
    """Create `plan.data`, the account's; returns the superuser's initial password. Raises StackError."""
    if plan.seed is None:
        return _initdb(plan, plan.data, log, options=("--no-sync",))
    seed = plan.seed / "data"
    if not seed.exists():
        _keep_seed(plan, plan.seed, log)
    plan.data.mkdir(mode=0o700)
    plan.account.own(plan.data)
    # cp shares the blocks where the file system can.
    _run(plan, ["cp", "-R", "-p", f"{seed}/.", plan.data], log, f"{seed} could not be copied to {plan.data}")
    return (plan.seed / "password").read_text(encoding="utf-8")


def _keep_seed(plan: ClusterPlan, place: Path, log: Path) -> None:
    from filelock import FileLock  # noqa: PLC0415  # 0.06 s, for the first start only

    place.parent.mkdir(mode=0o755, exist_ok=True)
    with FileLock(place.parent / ".lock"):
        if place.exists():
            return
        for stale in place.parent.glob("partial-*"):
            shutil.rmtree(stale, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=place.parent))
        partial.chmod(0o711)
        password = _initdb(plan, partial / "data", log)
        note = partial / "password"
        note.touch(mode=0o600)
        note.write_text(password, encoding="utf-8")
        partial.rename(place)


def _initdb(plan: ClusterPlan, data: Path, log: Path, *, options: Sequence[str] = ()) -> str:
    secret = secrets.token_hex(16)
    data.mkdir(mode=0o700)
    plan.account.own(data)
    password = plan.run_dir / "password"
    password.touch(mode=0o600)
    password.write_text(secret, encoding="utf-8")
    plan.account.own(password)
    command: list[str | Path] = [
        plan.postgres / "bin" / "initdb",
        "--pgdata",
        data,
        "--pwfile",
        password,
        *INITDB_OPTIONS,
        *options,
    ]
    _run(plan, command, log, f"initdb could not create {data}")
    password.unlink()
    return secret


def _run(plan: ClusterPlan, command: Sequence[str | Path], log: Path, failure: str) -> None:
    process = spawn(
        command,
        account=plan.account,
        environment=ENVIRONMENT,
        log=log,
        end_with=signal.SIGKILL,
        cwd=plan.run_dir,
    )
    if process.wait() != 0:
        raise StackError(f"{failure}: {tail(log)}")
