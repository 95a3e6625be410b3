"""JSON Web Tokens as a stranger may have them: real, expired, forged, unsigned, of somebody else's role."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["USER_EMAIL", "USER_ID", "Mint", "altered", "claims_of", "forged", "unsigned"]

USER_ID = "5ec00000-0000-4000-8000-000000000001"
"""The signed-in user as whom the project is asked; nobody has this id."""
USER_EMAIL = "signed-in@parity.invalid"

_HOUR_S = 3600
_ELEVATED = {"iss": "supabase", "role": "service_role"}
_NOT_THE_SECRET = "a secret that is not the one of this project, of the length of a real one"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Mint:
    """Makes tokens that the server's own secret signs."""

    secret: str
    now: int
    """Seconds since the epoch."""

    def signed_in(self) -> str:
        """The token of a user who has signed in."""
        return self._token(
            {"role": "authenticated", "aud": "authenticated", "sub": USER_ID, "email": USER_EMAIL}, _HOUR_S
        )

    def expired(self) -> str:
        """A token of the server's role that was good an hour ago."""
        return self._token(_ELEVATED, -_HOUR_S)

    def of_role(self, role: str) -> str:
        """A token for a role that no client may have."""
        return self._token({"role": role}, _HOUR_S)

    def _token(self, claims: Mapping[str, Any], lasts_s: int) -> str:
        times = {"iat": self.now - 2 * _HOUR_S, "exp": self.now + lasts_s}
        return _encoded({**claims, **times}, self.secret, algorithm="HS256")


def forged(now: int) -> str:
    """Return a token of the server's role that another secret signed."""
    return _encoded({**_ELEVATED, "exp": now + _HOUR_S}, _NOT_THE_SECRET, algorithm="HS256")


def unsigned(now: int) -> str:
    """Return a token of the server's role that says it needs no signature."""
    return _encoded({**_ELEVATED, "exp": now + _HOUR_S}, "", algorithm="none")


def altered(token: str) -> str | None:
    """Return a token with the server's role put in, under the old signature; None if it is no such token."""
    claims = claims_of(token)
    if claims is None:
        return None
    header, _, signature = token.split(".")
    body = json.dumps({**claims, "role": "service_role"}, separators=(",", ":")).encode()
    return f"{header}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{signature}"


def claims_of(token: str) -> dict[str, Any] | None:
    """Read what a token claims, without believing it; None if it is no JSON Web Token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return None
    return claims if isinstance(claims, dict) else None


def _encoded(claims: Mapping[str, Any], secret: str, *, algorithm: str) -> str:
    import jwt  # noqa: PLC0415  # 0.2 s, which the other commands of this group need not wait

    return jwt.encode(dict(claims), secret, algorithm=algorithm)
