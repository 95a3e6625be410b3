"""Whether the two keys of a project are what they are called."""

from collections.abc import Iterator

from harness.models.outcome import Finding
from harness.models.verdict import UNCHECKED_LEVEL
from migrations.requirements import SERVICE_ROLE
from migrations.security.tokens import claims_of

__all__ = ["judge_keys", "kind_of"]

_ANON = "anon"
_PREFIXES = {"sb_secret_": SERVICE_ROLE, "sb_publishable_": _ANON}


def kind_of(key: str) -> str | None:
    """Return the role that a key says it is for; None for a key that does not say."""
    for prefix, role in _PREFIXES.items():
        if key.startswith(prefix):
            return role
    claims = claims_of(key)
    return None if claims is None else str(claims.get("role"))


def judge_keys(anon_key: str, service_role_key: str) -> Iterator[Finding]:
    """Yield each key that is another one than its variable says.

    A key of the server where the public one must stand is in every browser. The public key in place of the
    server's opens nothing, but then every table looks empty, and nothing can be checked with it.
    """
    if anon_key == service_role_key:
        actual = "the same key as SUPABASE_SERVICE_ROLE_KEY"
        yield _finding("SUPABASE_ANON_KEY", "core", "the public key, of the role anon", actual)
        return
    kind = kind_of(anon_key)
    if kind not in {None, _ANON}:
        actual = f"a key of the role {kind}"
        yield _finding("SUPABASE_ANON_KEY", "core", "the public key, of the role anon", actual)
    kind = kind_of(service_role_key)
    if kind not in {None, SERVICE_ROLE}:
        actual = f"a key of the role {kind}"
        yield _finding(
            "SUPABASE_SERVICE_ROLE_KEY", UNCHECKED_LEVEL, f"the key of the role {SERVICE_ROLE}", actual
        )


def _finding(variable: str, level: str, expected: str, actual: str) -> Finding:
    return Finding(
        id=f"security.keys.{variable}",
        level=level,
        where=variable,
        expected=expected,
        actual=actual,
        message=(
            f"{variable} is {actual}. Copy both keys again from the API settings of the project; a key of "
            "the server that was published must be replaced there. Nothing was asked with it: the answers "
            "would be those of another key."
        ),
    )
