"""``harness serve``: the reference API on a store, until it is told to end.

Exit status: 0 after SIGTERM or Ctrl-C; 2 if it cannot serve.
"""

import os

import click

from harness.api.app import create_app
from harness.api.backing import chosen_mode, opened
from harness.api.serving import hold_port
from harness.api.serving import serve as serve_app
from harness.settings import DbMode, Settings, StackKind

__all__ = ["serve"]


@click.command()
@click.option(
    "--db-mode", type=click.Choice(["memory", "supabase"]), help="Where the data is kept. Default: DB_MODE."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="The port to listen at; 0 takes a free one.",
)
@click.option(
    "--stack",
    type=click.Choice(["embedded", "docker", "external"]),
    help="For supabase: the project of SUPABASE_URL (external), or the stack of `harness stack up`, else one "
    "for this server alone (embedded). Default: external where SUPABASE_URL is set.",
)
@click.option("--die-with-parent", type=int, is_flag=False, flag_value=0, hidden=True, metavar="[=PID]")
def serve(
    *, db_mode: DbMode | None, host: str, port: int, stack: StackKind | None, die_with_parent: int | None
) -> int:
    """Serve the reference API of the scheduler, and its dashboard at /ops.

    SCHEDULER_API_KEY, if set, is what internal callers must send as a bearer token. ICIMS_WEBHOOK_SECRET is
    what webhooks are signed with; without it none is accepted.
    """
    # A parent that says its own number is missed also if it died before this line.
    parent = os.getppid() if die_with_parent == 0 else die_with_parent
    settings = Settings.from_environ()
    mode = chosen_mode(db_mode, settings)
    with hold_port(host, port) as listener:
        if settings.scheduler_api_key is None:
            _say("SCHEDULER_API_KEY is not set: everybody who reaches this port may read and change all.")
        if settings.icims_webhook_secret is None:
            _say("ICIMS_WEBHOOK_SECRET is not set: webhooks are answered with 503.")
        with opened(mode, stack, settings, _say) as store:
            app = create_app(
                store,
                mode=mode,
                api_key=settings.scheduler_api_key,
                webhook_secret=settings.icims_webhook_secret,
            )
            serve_app(app, listener, ready=lambda url: click.echo(f"serving {url} ({mode})"), parent=parent)
    _say("The server has ended.")
    return 0


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)
