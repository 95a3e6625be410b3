"""How to reach one Supabase-shaped database: the values that an application would be given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Coordinates"]


@dataclass(frozen=True, kw_only=True)
class Coordinates:
    """One project's URL, keys and direct connection."""

    supabase_url: str
    """The gateway; clients append ``/rest/v1``."""
    anon_key: str = field(repr=False)
    service_role_key: str = field(repr=False)
    database_url: str = field(repr=False)
    """A libpq URL of the database owner (``postgres``), in session mode, for migrations and side reads."""

    def environ(self) -> Mapping[str, str]:
        """The variables of the plan's section 10, DB_MODE left out."""
        return {
            "SUPABASE_URL": self.supabase_url,
            "SUPABASE_ANON_KEY": self.anon_key,
            "SUPABASE_SERVICE_ROLE_KEY": self.service_role_key,
            "DATABASE_URL": self.database_url,
        }
