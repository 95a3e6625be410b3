"""What an API key of a project says of itself, and in which headers it is sent.

Source: Supabase's guide "API keys". A publishable or secret key is no JSON
Web Token: it belongs into ``apikey`` alone, and in ``Authorization`` it is
refused by some versions (PGRST301, "Expected 3 parts in JWT").
"""

import json
from base64 import urlsafe_b64decode

__all__ = ["ANON", "SERVICE_ROLE", "headers_of", "role_of"]

SERVICE_ROLE = "service_role"
"""The role that sees all rows."""
ANON = "anon"
_OPAQUE = "sb_"
_OF_SERVER = "sb_secret_"
_OF_BROWSER = "sb_publishable_"


def role_of(key: str) -> str | None:
    """The role that a key names: the claim of a JSON Web Token, or what the key begins with; else None."""
    if key.startswith(_OF_SERVER):
        return SERVICE_ROLE
    if key.startswith(_OF_BROWSER):
        return ANON
    try:
        _, claims, _ = key.split(".")
        # Not verified here: the server has the secret, and answers 401 to a token that it did not sign.
        role = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["role"]
    except (ValueError, TypeError, KeyError):
        return None
    return role if isinstance(role, str) else None


def headers_of(key: str) -> dict[str, str]:
    """The headers that carry a key."""
    if key.startswith(_OPAQUE):
        return {"apikey": key}
    return {"apikey": key, "Authorization": f"Bearer {key}"}
