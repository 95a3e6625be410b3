"""An adapter behind a bridge that leaves the ids of new rows to the database, as an application may.

It is run as a script, in the place of a user's own CMD.
"""

import dataclasses
import json
import os
import sys

import httpx

from harness.adapters.bridge.serve import Server
from harness.adapters.supabase import SupabaseStore
from harness.models import ENTITIES


class WithoutIds(httpx.HTTPTransport):
    """Takes the id out of each row that is added to a table."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.rpartition("/")[2] in ENTITIES:
            row = json.loads(request.read())
            row.pop("id")
            request = httpx.Request("POST", request.url, headers=_others(request.headers), json=row)
        return super().handle_request(request)


def _others(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "content-length"}


def main() -> None:
    given = os.environ["SUPABASE_URL"], os.environ["SUPABASE_SERVICE_ROLE_KEY"]
    with httpx.Client(transport=WithoutIds()) as client, SupabaseStore(*given, http=client) as store:
        server = Server("nameless", store, sys.stdout.buffer)
        lacks = {"client_ids": "the database chooses them"}
        server.hello = dataclasses.replace(server.hello, lacks=lacks)
        server.run(sys.stdin.buffer)


if __name__ == "__main__":
    main()
