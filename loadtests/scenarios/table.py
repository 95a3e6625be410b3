"""The result of the functional check for a person at a terminal: pure text, the verdict in the last line."""

from collections.abc import Mapping

from loadtests.reporting.wording import some
from loadtests.scenarios.checking import Checked
from loadtests.scenarios.functional import EndpointResult

__all__ = ["render"]

_SHOWN = 20
_KEY_REFUSED = ". The key was refused (401): give the server's own, in SCHEDULER_API_KEY or headers of [api]"


def render(checked: Checked) -> str:
    """Return the whole report, without a final newline."""
    subjects = list(checked.results)
    names = list(dict.fromkeys(name for result in checked.results.values() for name in result.endpoints))
    wrong = {one.where for one in checked.findings}
    lines = ["  ".join([f"{'endpoint':<18}", *(f"{subject:<32}" for subject in subjects)]).rstrip()]
    for name in names:
        cells = [
            f"{_cell(result.endpoints.get(name), is_wrong=f'{name}, {subject}' in wrong):<32}"
            for subject, result in checked.results.items()
        ]
        lines.append("  ".join([f"{name:<18}", *cells]).rstrip())
    left_out = [
        f"not called: {name} ({why})"
        for name, why in _merged(*(result.left_out for result in checked.results.values())).items()
    ]
    findings = _told_once(checked)
    more = len(findings) - _SHOWN
    shown = findings[:_SHOWN] + ([f"... and {more} more: all of them with --json PATH"] if more > 0 else [])
    blocks = [
        "\n".join(lines),
        "\n".join(left_out),
        "\n".join(checked.notes),
        "\n".join(shown),
        _sentence(checked, len(names)),
    ]
    return "\n\n".join(block for block in blocks if block)


def _cell(result: EndpointResult | None, *, is_wrong: bool) -> str:
    if result is None:
        return "not called"
    said = f"{'WRONG' if is_wrong else 'right'}, {result.calls} call{'' if result.calls == 1 else 's'}"
    trips = sorted(set(result.round_trips))
    if not trips:
        return said
    number = " or ".join(map(str, trips))
    return f"{said}, {number} round trip{'' if number == '1' else 's'}"


def _told_once(checked: Checked) -> list[str]:
    """What is wrong, and with whom: a wrong key is the same at twenty endpoints."""
    places: dict[str, list[str]] = {}
    for one in checked.findings:
        places.setdefault(one.actual, []).append(one.where)
    return [f"{some(where)}: {what}" for what, where in places.items()]


def _merged(*reasons: Mapping[str, str]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for one in reasons:
        merged |= one
    return merged


def _sentence(checked: Checked, endpoints: int) -> str:
    where = " and ".join(checked.results)
    name = "the reference API" if checked.subject.app is None else checked.subject.app["name"]
    if checked.findings:
        wrong = len({one.where for one in checked.findings})
        said = f"FAILED: {name}: {wrong} of what was checked in {where} is not as it must be"
        return said + (_KEY_REFUSED if any("status 401" in one.actual for one in checked.findings) else "")
    answer = "endpoint answers" if endpoints == 1 else "endpoints answer"
    return f"OK: {name}: {endpoints} {answer} rightly in {where}"
