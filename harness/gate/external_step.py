"""The step `stack` for a given project: is everything there that the other steps need?"""

from datetime import UTC, datetime

import httpx

from harness.gate.steps import STACK, unchecked
from harness.models.outcome import Counts, Outcome, Status, Subject
from harness.settings import Settings
from harness.version import version

__all__ = ["examine"]

_TIMEOUT_S = 15.0


def examine(settings: Settings, run_id: str) -> Outcome:
    """Ask the project's REST interface once with each key; nothing is written."""
    started_at = datetime.now(UTC)
    keys = {
        "SUPABASE_ANON_KEY": settings.supabase_anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": settings.supabase_service_role_key,
    }
    postgrest = "unknown"
    with httpx.Client(timeout=_TIMEOUT_S, http2=False) as client:
        for name, key in keys.items():
            answer = _ask(client, str(settings.supabase_url), name, str(key))
            if isinstance(answer, str):
                return unchecked(STACK, answer, run_id=run_id, started_at=started_at)
            postgrest = answer.headers.get("server", postgrest).removeprefix("postgrest/")
    return Outcome(
        run_id=run_id,
        step=STACK,
        status=Status.PASSED,
        started_at=started_at,
        duration_s=(datetime.now(UTC) - started_at).total_seconds(),
        subject=Subject(harness={"version": version()}, target={"stack": "external", "postgrest": postgrest}),
        counts={"keys": Counts(expected=len(keys), executed=len(keys), passed=len(keys), failed=0)},
    )


def _ask(client: httpx.Client, url: str, name: str, key: str) -> httpx.Response | str:
    # A table that every version of the schema has; hosted projects close the root page to the anon key.
    place = f"{url.rstrip('/')}/rest/v1/scheduling_requests"
    try:
        answer = client.get(
            place,
            params={"select": "id", "limit": "0"},
            headers={"apikey": key, "Authorization": f"Bearer {key}"},
        )
    except httpx.HTTPError as error:
        return f"SUPABASE_URL={url} does not answer: {str(error) or type(error).__name__}. Check the address."
    if answer.status_code == 401 and not _is_refused_right(answer):
        return f"{url} does not accept {name}. Copy it again from the API settings of this project."
    if answer.status_code >= 500:
        return (
            f"{url} answers with status {answer.status_code}: the project is paused or its servers are down."
        )
    return answer


def _is_refused_right(answer: httpx.Response) -> bool:
    """True for 42501: the key is good, and its role may not read the table, as it should be for anon."""
    try:
        body = answer.json()
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("code") == "42501"
