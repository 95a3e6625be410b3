"""Everybody who may knock at the REST interface, and what they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrations.requirements import SERVICE_ROLE
from migrations.security.tokens import Mint, altered, forged, unsigned

__all__ = ["SERVER", "Absent", "Actor", "Cast", "cast", "server"]

SERVER = "service key"
"""The positive control: what it cannot reach either proves nothing about others."""

_OWNER = "postgres"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One who asks."""

    name: str
    holds: str
    """What they come with, for the report."""
    headers: Mapping[str, str] = field(repr=False)
    role: str | None = None
    """The role that the server gives them, if it lets them in as they are."""
    must_be_known: bool = False
    """The server knows this key or token: when it turns it away, nothing was looked at."""
    leans_on: tuple[str, ...] = ()
    """The actors that must be known, or this one is refused for a reason that says nothing."""


@dataclass(frozen=True, kw_only=True)
class Absent:
    """One who could not be sent, because what they hold cannot be made."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Cast:
    """All of them."""

    actors: tuple[Actor, ...]
    absent: tuple[Absent, ...] = ()


def server(key: str) -> Actor:
    """The server itself."""
    return Actor(
        name=SERVER, holds="SUPABASE_SERVICE_ROLE_KEY", headers=_headers(key, key), role=SERVICE_ROLE
    )


def cast(anon_key: str, jwt_secret: str | None, *, now: int) -> Cast:
    """Everybody else. Without the secret that signs tokens, those who need one are absent."""
    actors = [
        Actor(name="no key", holds="nothing", headers={}, role="anon"),
        Actor(
            name="anon key",
            holds="SUPABASE_ANON_KEY",
            headers=_headers(anon_key, anon_key),
            role="anon",
            must_be_known=True,
        ),
    ]
    absent: list[Absent] = []
    if jwt_secret is None:
        reason = (
            "a token for it must be signed with the project's JWT secret. Set SUPABASE_JWT_SECRET "
            "(Settings, API, JWT settings of the project)"
        )
        absent += [Absent(name=name, reason=reason) for name in ("signed in", "expired token", "wrong role")]
    else:
        mint = Mint(secret=jwt_secret, now=now)
        actors += [
            Actor(
                name="signed in",
                holds="a token of the role authenticated",
                headers=_headers(anon_key, mint.signed_in()),
                role="authenticated",
                must_be_known=True,
                leans_on=("anon key",),
            ),
            _intruder(
                "expired token",
                "a token of service_role that has expired",
                anon_key,
                mint.expired(),
                "signed in",
            ),
            _intruder(
                "wrong role",
                f"a signed token of the role {_OWNER}",
                anon_key,
                mint.of_role(_OWNER),
                "signed in",
            ),
        ]
    actors += [
        _intruder(
            "forged token", "a token of service_role, signed with another secret", anon_key, forged(now)
        ),
        _intruder("unsigned token", "a token of service_role with alg none", anon_key, unsigned(now)),
    ]
    raised = altered(anon_key)
    if raised is not None:
        actors.append(
            _intruder("altered key", "the anon key with service_role written into it", anon_key, raised)
        )
    return Cast(actors=tuple(actors), absent=tuple(absent))


def _intruder(name: str, holds: str, anon_key: str, token: str, *leans_on: str) -> Actor:
    return Actor(name=name, holds=holds, headers=_headers(anon_key, token), leans_on=("anon key", *leans_on))


def _headers(key: str, token: str) -> Mapping[str, str]:
    # A publishable or secret key is no JSON Web Token, and some versions refuse it as one.
    return {"apikey": key} if token.startswith("sb_") else {"apikey": key, "Authorization": f"Bearer {token}"}
