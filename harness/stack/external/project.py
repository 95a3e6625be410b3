"""The project that the environment names."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from harness.errors import ConfigurationError
from harness.settings import Settings
from harness.stack.external.keys import ANON, SERVICE_ROLE, role_of

__all__ = ["Project"]

_ROLES = {"SUPABASE_ANON_KEY": ANON, "SUPABASE_SERVICE_ROLE_KEY": SERVICE_ROLE}
_CALLED = {ANON: "the anon or publishable key", SERVICE_ROLE: "the service role or secret key"}


@dataclass(frozen=True, kw_only=True)
class Project:
    """How to reach it; `of` reads it from the settings."""

    url: str
    """Without a path: ``/rest/v1`` is appended."""
    anon_key: str = field(repr=False)
    service_key: str = field(repr=False)
    database_url: str | None = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read the four variables. Raises ConfigurationError for what is missing or cannot be used."""
        given = {
            "SUPABASE_URL": settings.supabase_url,
            "SUPABASE_ANON_KEY": settings.supabase_anon_key,
            "SUPABASE_SERVICE_ROLE_KEY": settings.supabase_service_role_key,
        }
        if missing := [name for name, value in given.items() if value is None]:
            are = "is" if len(missing) == 1 else "are"
            raise ConfigurationError(
                f"The stack is external, but {', '.join(missing)} {are} not set. Set them, or use "
                "--stack embedded, which needs no project."
            )
        url = str(settings.supabase_url).rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise ConfigurationError(
                f"SUPABASE_URL={settings.supabase_url} is not the URL of a project; it looks like "
                "https://PROJECT.supabase.co."
            )
        return cls(
            url=url,
            anon_key=str(settings.supabase_anon_key),
            service_key=str(settings.supabase_service_role_key),
            database_url=settings.database_url,
        )

    @property
    def keys(self) -> dict[str, str]:
        """The keys by the names of their variables."""
        return {"SUPABASE_ANON_KEY": self.anon_key, "SUPABASE_SERVICE_ROLE_KEY": self.service_key}

    def misplaced_key(self) -> str | None:
        """Say which key is not what its variable is for, as a sentence; None if both are.

        A key of anon in the place of the service role's sees every table as empty, with status 200.
        """
        for name, key in self.keys.items():
            role, wanted = role_of(key), _ROLES[name]
            if role is None:
                return (
                    f"{name} does not say whose key it is: it is neither a JSON Web Token with a role nor a "
                    f"key that begins with sb_. Copy {_CALLED[wanted]} from the API settings of the project."
                )
            if role != wanted:
                return (
                    f"{name} is a key of the role {role}. Set it to {_CALLED[wanted]} of the project; if the "
                    "two were exchanged, make sure that no browser was given the wrong one."
                )
        return None
