"""``harness load clean``: removes what load runs have created, by their journals.

Exit status: 0 everything is gone; 1 something is left, and listed; 2 could not check.
"""

from pathlib import Path

import click

from harness.errors import ConfigurationError
from harness.redact import redact
from harness.settings import Settings, secrets
from harness.settings.api import Api, reference_api, resolved
from harness.settings.parity_toml import load
from loadtests.runs.limits import Host
from loadtests.scenarios.implementation import Implementation
from loadtests.scenarios.journal import Created, Journal, read
from loadtests.scenarios.ledger import Ledger
from loadtests.scenarios.removal import remove
from loadtests.scenarios.rows import RowAccess
from loadtests.scenarios.wire import sending_many

__all__ = ["clean"]


@click.command()
@click.argument("journals", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="JOURNAL...")
@click.option("--host", metavar="URL", help="The server to remove it from. Default: the one of the journal.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this file instead of ./parity.toml.")
def clean(*, journals: tuple[Path, ...], host: str | None, config: Path | None) -> int:
    """Remove what load runs have created: 0 all is gone, 1 something is left, 2 could not check.

    Requests and bookings go through the API. Jobs, events and audit entries, which it cannot delete, need
    DATABASE_URL, or but for audit entries SUPABASE_URL with SUPABASE_SERVICE_ROLE_KEY. Set them the first
    time: audit entries are found by their request, and cannot be once it is gone.
    """
    settings = Settings.from_environ()
    parity_toml = load(config)
    api = reference_api() if parity_toml.api is None else resolved(parity_toml.api)
    created = {path: read(path) for path in journals}
    for path, one in created.items():
        _require_same_api(path, one, api)
    places = {path: Host.parse(host or _host(path, one)) for path, one in created.items()}
    access = RowAccess.of(settings)
    left = {path: _clean(path, one, api, places[path], access) for path, one in created.items()}
    for path, what in left.items():
        for sentence in what:
            click.echo(redact(f"left: {sentence}", secrets()))
        if not what:
            click.echo(f"{path}: everything is gone.")
    return 1 if any(left.values()) else 0


def _clean(path: Path, created: Created, api: Api, place: Host, access: RowAccess | None) -> tuple[str, ...]:
    journal = Journal.reopened(path)
    ledger = Ledger(created, journal)
    try:
        with sending_many(place.url) as send:
            return remove(ledger, Implementation(api), send, access)
    finally:
        journal.close()


def _host(path: Path, created: Created) -> str:
    if not created.host:
        raise ConfigurationError(f"{path} does not say where its rows are. Add --host http://NAME:PORT.")
    return created.host


def _require_same_api(path: Path, created: Created, api: Api) -> None:
    if created.api != api.name:
        raise ConfigurationError(
            f"{path} was written for the API {created.api!r}, and {api.name!r} is configured."
            " Name the right parity.toml with --config."
        )
