"""What every subject without a server says to a case that asks for one."""

from typing import NoReturn

from harness.errors import HarnessError

__all__ = ["Serverless"]


class Serverless:
    """Refuses what needs Capability.SERVER, by HarnessError: the case is unchecked then, and not failed."""

    name: str

    def client_of(
        self, *, url: str | None = None, key: str | None = None, timeout_s: float | None = None
    ) -> NoReturn:
        """Refuse: there is no server to reach in another way."""
        del url, key, timeout_s
        raise self._no_server("is given another URL or key")

    @property
    def coordinates(self) -> NoReturn:
        """Refuse: there is no server."""
        raise self._no_server("asks where it is")

    def connect(self, *, superuser: bool = False) -> NoReturn:
        """Refuse: there is no server."""
        del superuser
        raise self._no_server("connects to it")

    def own_servers(self) -> NoReturn:
        """Refuse: there is no server."""
        raise self._no_server("stops it")

    def another_database(self, *, pool_size: int = 10, pool_wait_s: int = 10) -> NoReturn:
        """Refuse: there is no server."""
        del pool_size, pool_wait_s
        raise self._no_server("asks for another database")

    def _no_server(self, what: str) -> HarnessError:
        return HarnessError(f"{self.name} names no server; a case that {what} needs Capability.SERVER.")
