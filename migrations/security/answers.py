"""What came back for one request, reduced to what a judgement needs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

__all__ = ["Answer", "Silence", "read_answer"]

_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_DENIED = "42501"
_NO_SUCH_ROLE = "permission denied to set role"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of the server, or of something in front of it."""

    status: int
    code: str = ""
    """The SQLSTATE, or PostgREST's own code; empty where the answer has none."""
    message: str = ""
    rows: int | None = None
    """How many rows came; None if the body is no list."""
    total: int | None = None
    """How many rows the server counted, or changed; None if it did not say."""
    text: str = field(default="", repr=False)
    """Headers and body, to search them for what must not be in them."""

    @property
    def is_success(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300

    @property
    def from_postgres(self) -> bool:
        """True if Postgres said it, or did it: whoever asked was let in as some role."""
        return self.is_success or _SQLSTATE.fullmatch(self.code) is not None

    @property
    def is_denied(self) -> bool:
        """True if Postgres refused it for want of a privilege, or by a policy."""
        return self.code == _DENIED

    @property
    def is_turned_away(self) -> bool:
        """True for 401 and 403: the key, the token or the role is refused."""
        return self.status in {401, 403}

    @property
    def is_turned_away_at_once(self) -> bool:
        """True if it is refused as whom they come, before anybody looked at what they ask for."""
        is_role = self.is_denied and self.message.startswith(_NO_SUCH_ROLE)
        return self.is_turned_away and (is_role or not self.from_postgres)

    @property
    def broke_on_data(self) -> bool:
        """True if a value or a constraint stopped it: privileges are checked before, and were there."""
        return self.code[:2] in {"22", "23"} and self.from_postgres

    @property
    def summary(self) -> str:
        """The status and the code, for a message."""
        return f"{self.status} {self.code}".strip()


@dataclass(frozen=True)
class Silence:
    """No answer came."""

    reason: str


def read_answer(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """Read one answer of the REST interface; anything can be read."""
    document = _document(body)
    said: Mapping[str, Any] = document if isinstance(document, dict) and status >= 300 else {}
    own = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return Answer(
        status=status,
        code=str(said.get("code") or ""),
        message=". ".join(str(said[name]).rstrip(".") for name in ("message", "hint") if said.get(name)),
        rows=len(document) if isinstance(document, list) else None,
        total=_total(headers.get("content-range", "")),
        text=f"{own}\n{body.decode('utf-8', 'replace')}",
    )


def _document(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _total(content_range: str) -> int | None:
    total = content_range.rpartition("/")[2]
    return int(total) if total.isdecimal() else None
