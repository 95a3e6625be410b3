"""Which triggers only watch: they fire after a row was stored, change none and refuse none.

A trigger that no file makes is the work of a hand, or of a service that carries changes elsewhere. One that
fires before a row is stored decides what is stored. One that fires afterwards can still write, or raise an
error, which takes the whole statement back; whether it does, its source says. What cannot be told from the
source counts as doing so: a call of a function that is not known, and any language but PL/pgSQL.
"""

import re

from harness.errors import ConfigurationError
from migrations.drift.objects.facts import ObjectFact
from migrations.statements import essence

__all__ = ["only_watches"]

_SERVICES = frozenset({"supabase_functions.http_request"})
"""Trigger functions of Supabase's services. This one is a database webhook: it puts a request into a queue,
from which it is sent after the commit. See https://supabase.com/docs/guides/database/webhooks."""


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


_ACTS = _words(
    """
    alter analyze assert call cluster comment commit copy create deallocate delete do drop execute grant
    import insert lock merge prepare refresh reindex reset revoke rollback savepoint set strict truncate
    update vacuum
    """
)
"""Words of statements that write, forbid or end something; ASSERT and INTO STRICT raise an error."""
_LOUD = _words("debug info log notice warning")
"""RAISE with one of these is a message, without one an error."""
_KNOWN = _words(
    """
    and any array by case coalesce concat concat_ws else elsif exists format from if in into is not on or
    row return select then values when where while with
    clock_timestamp current_setting greatest hstore json_build_array json_build_object jsonb_build_array
    jsonb_build_object jsonb_strip_nulls least left length lower now nullif row_to_json statement_timestamp
    to_char to_json to_jsonb upper
    net.http_delete net.http_get net.http_post pg_catalog.pg_notify pg_logical_emit_message pg_notify
    realtime.broadcast_changes realtime.send
    """
)
"""What stands before a parenthesis and writes nothing into a table of the project's own: words of the
language, functions of values, and those that send a message or put one into a service's queue."""
_NAME = re.compile(r"[A-Za-z_\u0080-\U0010ffff\"]")


def only_watches(trigger: ObjectFact) -> bool:
    """Return whether a trigger can neither change what is stored nor refuse it, or does not fire at all."""
    if trigger.aspects.get("state") in {"disabled", "enabled for replicas only"}:
        return True
    match trigger.parts:
        case ["AFTER", function, _, _] if function in _SERVICES:
            return True
        case ["AFTER", _, "plpgsql", source]:
            return _is_harmless(source)
        case _:
            return False


def _is_harmless(source: str) -> bool:
    try:
        tokens = [token.lower() for token in essence(source)]
    except ConfigurationError:
        return False
    return _ACTS.isdisjoint(tokens) and all(
        _is_known(tokens, place) for place, token in enumerate(tokens) if token in {"raise", "("}
    )


def _is_known(tokens: list[str], place: int) -> bool:
    """Return whether a RAISE is a message, or what stands before a parenthesis is known."""
    if tokens[place] == "raise":
        return tokens[place + 1 : place + 2] != [] and tokens[place + 1] in _LOUD
    before = tokens[place - 1] if place else ""
    if not _NAME.match(before):
        return True  # no call: the parenthesis groups
    schema = tokens[place - 3] + "." if place > 2 and tokens[place - 2] == "." else ""
    return schema + before in _KNOWN
