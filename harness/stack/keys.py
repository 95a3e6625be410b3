"""The API keys of a stack: signed as hosted projects sign theirs."""

import time
from dataclasses import dataclass, field
from typing import Self

__all__ = ["ApiKeys"]

_TEN_YEARS_S = 10 * 365 * 24 * 3600


@dataclass(frozen=True)
class ApiKeys:
    """A JWT secret and the two keys that it signs (HS256)."""

    secret: str = field(repr=False)
    anon: str = field(repr=False)
    service_role: str = field(repr=False)

    @classmethod
    def signed_with(cls, secret: str, *, now: float | None = None) -> Self:
        """The keys for `secret` (64 hex digits), valid for ten years from `now` (seconds since the epoch)."""
        issued = int(time.time() if now is None else now)
        return cls(secret, _token(secret, "anon", issued), _token(secret, "service_role", issued))


def _token(secret: str, role: str, issued: int) -> str:
    claims = {"iss": "supabase", "role": role, "iat": issued, "exp": issued + _TEN_YEARS_S}
    import jwt  # noqa: PLC0415  # 0.2 s, which pass while Postgres starts

    return jwt.encode(claims, secret, algorithm="HS256")
