"""``harness load worker``: lends this machine to a run that another one drives."""

import os
import sys

import click

__all__ = ["worker"]


@click.command(short_help="Generate load on this machine for a run on another one.")
@click.option(
    "--master-host", required=True, metavar="HOST", help="The machine on which the run was started."
)
@click.option("--master-port", required=True, type=click.IntRange(1, 65535), help="As the run says it.")
def worker(master_host: str, master_port: int) -> None:
    """Generate load for a run that waits for workers from elsewhere, until that run ends.

    What is sent, and with which keys, this machine is told by the run, unencrypted: use it in a network
    that you trust. Both machines need the same version of this package.
    """
    module = ["-P", "-m", "loadtests.generation", "worker", "--stay"]
    where = ["--master-host", master_host, "--master-port", str(master_port)]
    click.echo(f"waiting for the run at {master_host}:{master_port}", err=True)
    # locust changes a process at import, so this one is replaced.
    os.execv(sys.executable, [sys.executable, *module, *where])  # noqa: S606  # no shell is wanted
