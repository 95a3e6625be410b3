"""What a run may do to a server that somebody else works with."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from harness.errors import ConfigurationError

__all__ = [
    "HIGHEST_RATE",
    "LONGEST_S",
    "SHORTEST_S",
    "UNASKED_RATE",
    "Host",
    "Profile",
    "refuse_load",
    "refuse_writes",
]

Profile = Literal["read-only", "write"]

UNASKED_RATE = 50.0
"""Requests per second that a server elsewhere is offered at most without --allow-rate: what a few busy
people cause, and not what an attack looks like."""
HIGHEST_RATE = 5_000.0
"""More than one machine can offer and still measure."""
SHORTEST_S = 2.0
"""A run is judged by stretches of it, which stand for rounds: at least eight of a quarter of a second."""
LONGEST_S = 4 * 3600.0


@dataclass(frozen=True)
class Host:
    """Where a server answers: scheme, name and port, without a path."""

    url: str
    name: str
    is_loopback: bool

    @classmethod
    def parse(cls, text: str) -> "Host":
        """Read ``--host``. Raises ConfigurationError."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise ConfigurationError(f"--host {text}: {error}. Write http://NAME:PORT.") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigurationError(f"--host {text} is no address of a server. Write http://NAME:PORT.")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "--host holds a user name or a password. Send credentials by headers in [api] of "
                'parity.toml: headers = { authorization = "Bearer ${NAME_OF_A_VARIABLE}" }'
            )
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ConfigurationError(
                f"--host {text} has a path. Name the server alone; paths are mapped in [api] of parity.toml."
            )
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        where = name if port is None else f"{name}:{port}"
        return cls(f"{parts.scheme}://{where}", parts.hostname, _is_loopback(parts.hostname))


def refuse_writes(host: Host, profile: Profile, *, allowed: bool) -> None:
    """Raise ConfigurationError if rows would be made on a server elsewhere that nobody gave leave for."""
    if profile == "write" and not host.is_loopback and not allowed:
        raise ConfigurationError(
            f"the profile write makes rows on {host.name}, which is not this machine. They are removed "
            "at the end, but queues, notifications and audits may react. Add --allow-writes if that is "
            "intended."
        )


def refuse_load(host: Host, rate_per_s: float, seconds: float, *, allowed: bool) -> None:
    """Raise ConfigurationError for a load that makes no sense, or that nobody gave leave for."""
    if not 0 < rate_per_s <= HIGHEST_RATE:
        raise ConfigurationError(
            f"--rate {rate_per_s:g} is not between 0 and {HIGHEST_RATE:g} requests per second."
        )
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ConfigurationError(
            f"--seconds {seconds:g} is not between {SHORTEST_S:g} and {LONGEST_S:g} seconds."
        )
    if rate_per_s > UNASKED_RATE and not host.is_loopback and not allowed:
        raise ConfigurationError(
            f"{rate_per_s:g} requests per second are more than the {UNASKED_RATE:g} that {host.name} is "
            "offered unasked, for it is not this machine. Add --allow-rate if its owners agree, or give a "
            "lower --rate."
        )


def _is_loopback(name: str) -> bool:
    # A name is not looked up: where it leads to may change between now and the first request.
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
