"""Proof that a key belongs to a role that sees every row.

With row level security, any other key reads an empty table, with status 200:
the most convincing way to lose everything. Nothing over REST tells which
rows were hidden, so the key itself must say whose it is, and the server must
accept it.
"""

import json
from base64 import urlsafe_b64decode

from harness.errors import ConfigurationError
from migrations.rest.client import RestClient
from migrations.sources.location import RestAt

__all__ = ["require_service_role", "role_of"]

_OF_SERVER = "sb_secret_"
_OF_BROWSER = "sb_publishable_"
_SEES_ALL = "service_role"
_REMEDY = "Set SUPABASE_SERVICE_ROLE_KEY to the key of the service role."


def role_of(key: str) -> str | None:
    """The role that a key names: the claim of a JSON Web Token, or what the key begins with; else None."""
    if key.startswith(_OF_SERVER):
        return _SEES_ALL
    if key.startswith(_OF_BROWSER):
        return "anon"
    try:
        _, claims, _ = key.split(".")
        # Not verified here: the server has the secret, and answers 401 to a token that it did not sign.
        role = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["role"]
    except (ValueError, TypeError, KeyError):
        return None
    return role if isinstance(role, str) else None


def require_service_role(location: RestAt, client: RestClient, table: str) -> None:
    """Refuse a key that may be shown less than everything, and one that the server does not accept.

    Raises ConfigurationError, or StackError if nobody answers.
    """
    role = role_of(location.key)
    if role is None:
        raise ConfigurationError(
            f"The key for {location} does not say whose it is: it is neither a JSON Web Token with a role "
            f"nor a key that begins with {_OF_SERVER}. {_REMEDY}"
        )
    if role != _SEES_ALL:
        raise ConfigurationError(
            f"The key for {location} is the one of the role {role}, from which row level security hides "
            f"rows: the tables would look empty. {_REMEDY}"
        )
    client.count(table)
