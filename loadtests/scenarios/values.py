"""The seeded data of requests: the same seed, worker and number always give the same values.

Names of people, titles and zones differ in length and script, as real ones do. Everything that a run writes
carries its mark (`Seeded.mark`), so that it can be told from what others wrote.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final, get_args

from harness.models import InterviewType

__all__ = ["DOMAIN", "Seeded", "stamp"]

DOMAIN: Final = "load.parity.invalid"
"""Of the addresses of generated candidates: no mail can ever be delivered to it (RFC 2606)."""

_GIVEN = (
    "Ada",
    "Zoë",
    "Jürgen",
    "Łukasz",
    "Nguyễn",
    "Oluwaseun",
    "María José",
    "Søren",
    "Aoife",
    "Хелен",
    "美咲",
    "Bo",
)
_FAMILY = (
    "O'Neill",
    "García",
    "Müller-Lüdenscheidt",
    "Smith",
    "Đặng",
    "Adébáyò",
    "Ng",
    "Иванова",
    "佐藤",
    "Wu",
)
_TITLES = (
    "Backend Engineer",
    "Senior Data Scientist, Search & Ranking",
    "Account Executive (DACH)",
    "Office Manager",
    "Staff Site Reliability Engineer",
)
_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles", "Australia/Lord_Howe")
_MINUTES = (30, 45, 60, 90)
_FIRST_DAY = timedelta(days=7)
_WINDOW = timedelta(days=10)


class Seeded:
    """The values of one worker for one arm."""

    def __init__(self, *, seed: int, run: str, day: date, arm: str, worker: int) -> None:
        self.mark = f"{run}-{arm}{worker}"
        """What stands in everything that this worker makes: `run` must be new for each run on a database."""
        self._stream = f"{seed}/{worker}"
        self._opens = datetime.combine(day, time(8), UTC) + _FIRST_DAY

    def request(self, label: str, number: int) -> dict[str, Any]:
        """What a coordinator fills in; `label` and `number` together must be new."""
        chance = self._chance(label, number)
        opens = self._opens + timedelta(days=chance.randrange(5))
        return {
            "applicationId": f"APP-{chance.randrange(10**6):06}",
            "candidateName": f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
            "candidateEmail": f"{label}{number}.{self.mark}@{DOMAIN}",
            "reqId": f"REQ-{chance.randrange(10**4):04}",
            "reqTitle": chance.choice(_TITLES),
            "interviewType": chance.choice(get_args(InterviewType)),
            "durationMinutes": chance.choice(_MINUTES),
            "interviewerEmails": [
                f"interviewer{chance.randrange(40)}@{DOMAIN}" for _ in range(chance.randint(1, 4))
            ],
            "organizerEmail": f"organizer{chance.randrange(10)}@{DOMAIN}",
            "calendarProvider": "microsoft_graph",
            "graphTenantId": None,
            "windowStart": stamp(opens),
            "windowEnd": stamp(opens + _WINDOW),
            "candidateTimezone": chance.choice(_ZONES),
            "expiresAt": stamp(opens + _WINDOW),
            "needsAttention": False,
            "needsAttentionReason": None,
            "createdBy": f"coordinator-{self.mark}",
        }

    def slot(self, label: str, number: int) -> dict[str, str]:
        """A time for an interview within the window of any request."""
        chance = self._chance(label, number)
        start = self._opens + timedelta(days=5 + chance.randrange(4), minutes=15 * chance.randrange(32))
        minutes = chance.choice(_MINUTES)
        return {"scheduledStart": stamp(start), "scheduledEnd": stamp(start + timedelta(minutes=minutes))}

    def attention(self, number: int) -> dict[str, Any]:
        """What a coordinator notes on a request."""
        chance = self._chance("attention", number)
        return {
            "needsAttention": True,
            "needsAttentionReason": f"calendar conflict no. {number}, see {self.mark}",
            "interviewerEmails": [f"interviewer{chance.randrange(40)}@{DOMAIN}"],
        }

    def event(self, label: str, number: int) -> dict[str, Any]:
        """A delivery of the ATS; `label` and `number` together must be new."""
        chance = self._chance(label, number)
        return {
            "eventId": f"{label}{number}.{self.mark}",
            "eventType": chance.choice(("application.updated", "candidate.moved", "interview.requested")),
            "tenantId": "load",
            "applicationId": f"APP-{chance.randrange(10**6):06}",
            "candidateName": f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
            "occurredAt": stamp(self._opens - _FIRST_DAY + timedelta(seconds=chance.randrange(3600))),
        }

    def _chance(self, label: str, number: int) -> Random:
        return Random(f"{self._stream}/{label}/{number}")  # noqa: S311  # repeatable on purpose


def stamp(time: datetime) -> str:
    """A point in time as the API takes it."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
