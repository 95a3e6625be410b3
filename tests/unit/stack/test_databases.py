"""What is said of a stack that does not answer."""

import socket

from harness.stack.coordinates import Coordinates
from harness.stack.databases import probe


def test_the_reason_why_postgres_does_not_answer_is_its_own_first_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        port = taken.getsockname()[1]
        problem = probe(
            Coordinates(
                supabase_url="http://127.0.0.1:1",
                anon_key="anon",
                service_role_key="service",
                database_url=f"postgresql://postgres:wrong@127.0.0.1:{port}/none?sslmode=disable",
            )
        )
    assert problem is not None
    assert problem.startswith("Postgres does not answer: connection failed: ")
    assert problem.endswith("Connection refused")
