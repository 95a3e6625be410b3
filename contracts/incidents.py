"""What happened to a run besides its cases: servers that went down, workers that were lost. Pure."""

from collections.abc import Sequence

from contracts.events import Begun, Broke, Ended, Event, Finished, Lost, Started

__all__ = ["stops", "strangers", "troubles"]


def stops(events: Sequence[Event], done: int, total: int) -> list[str]:
    """Why the run stopped early: what a probe found, and workers that were lost."""
    after = f"the run stopped after {done} of {total} cases"
    sentences = [
        f"{event.down.rstrip('.')}; {after}."
        for event in events
        if isinstance(event, Finished) and event.down
    ][:1]
    running: dict[str, str] = {}
    for event in events:
        match event:
            case Started():
                running[event.worker] = f"{event.case} on {event.adapter}"
            case Finished():
                running.pop(event.worker, None)
            case Lost():
                what = f" while it ran {running[event.worker]}" if event.worker in running else ""
                sentences.append(f"Worker {event.worker} was lost{what} ({event.reason}); {after}.")
            case _:
                pass
    return sentences


def strangers(events: Sequence[Event], known: set[tuple[str, str]]) -> list[str]:
    """Cases that ran and that nobody expected."""
    ran = {(event.adapter, event.case) for event in events if isinstance(event, Finished)}
    unknown = sorted(case for _, case in ran - known)
    if not unknown:
        return []
    lone = sorted(case for adapter, case in ran - known if not adapter)
    if lone:
        return [f"{lone[0]} takes neither the fixture subject nor store, so it says nothing of any adapter."]
    number, example = len(unknown), unknown[0]
    return [
        f"{number} cases ran that the manifest lacks, such as {example}: run python -m contracts.manifest."
    ]


def troubles(events: Sequence[Event], packages: Sequence[str]) -> list[str]:
    """What went wrong around the cases."""
    sentences = []
    for event in events:
        match event:
            case Begun() if tuple(event.packages) != tuple(packages):
                sentences.append(f"pytest ran other packages than this command: {', '.join(event.packages)}.")
            case Broke():
                lines = [line.strip() for line in event.text.splitlines() if line.strip()]
                sentences.append(f"{event.what} broke: {lines[-1] if lines else 'no reason given'}")
            case Ended() if event.exit_status not in {
                0,
                1,
                5,
            }:  # 5: no case was left, which is reported as such
                sentences.append(f"pytest ended with status {event.exit_status}.")
            case _:
                pass
    return sentences
