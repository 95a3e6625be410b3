"""Proof that a key belongs to a role that sees every row.

With row level security, any other key reads an empty table, with status 200:
the most convincing way to lose everything. Nothing over REST tells which
rows were hidden, so the key itself must say whose it is, and the server must
accept it.
"""

from harness.errors import ConfigurationError
from harness.stack.external.keys import SERVICE_ROLE, role_of
from migrations.rest.client import RestClient
from migrations.sources.location import RestAt

__all__ = ["require_service_role"]

_REMEDY = "Set SUPABASE_SERVICE_ROLE_KEY to the key of the service role."


def require_service_role(location: RestAt, client: RestClient, table: str) -> None:
    """Refuse a key that may be shown less than everything, and one that the server does not accept.

    Raises ConfigurationError, or StackError if nobody answers.
    """
    role = role_of(location.key)
    if role is None:
        raise ConfigurationError(
            f"The key for {location} does not say whose it is: it is neither a JSON Web Token with a role "
            f"nor a key that begins with sb_secret_. {_REMEDY}"
        )
    if role != SERVICE_ROLE:
        raise ConfigurationError(
            f"The key for {location} is the one of the role {role}, from which row level security hides "
            f"rows: the tables would look empty. {_REMEDY}"
        )
    client.count(table)
