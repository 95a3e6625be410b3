"""The scheduler's users for plain locust, web UI included: ``locust -f loadtests/locustfile.py --host http://…``.

A closed loop: each user walks one journey after the other, with pauses in which people think and programs
poll. Every answer is checked for shape and meaning; a wrong one is a failure with its reason. What is created
is removed when the test stops. It shows how a server feels under users; whether response times have
regressed is for ``harness load compare``, which does not wait for answers before it asks again.

parity.toml maps the endpoints of another implementation (``--parity-config``).
"""

import logging
import random
import sys
from pathlib import Path
from typing import Any, ClassVar

# locust puts the folder of a locustfile first, where `statistics` would be ours, and the working directory
# second, which may have a `loadtests` of its own. What it put first it removes after this import.
if Path(sys.path[0]) == Path(__file__).parent:
    sys.path.pop(0)
    sys.path.insert(0, str(Path(__file__).parents[1]))

import gevent  # type: ignore[import-untyped]  # it ships no types
from locust import FastHttpUser, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import MasterRunner

from harness.errors import HarnessError
from harness.redact import redact
from harness.settings import secrets
from harness.settings.api import reference_api, resolved
from harness.settings.parity_toml import load
from loadtests.runs.limits import Host
from loadtests.scenarios.call import Answer, Call, OutOfSubjects
from loadtests.scenarios.journeys import JOURNEYS, Journey
from loadtests.scenarios.wire import sending_many
from loadtests.scenarios.workload import ScenarioSpec, ScenarioWorkload, open_workload

_LOG = logging.getLogger("scheduler")
logging.getLogger("httpx").setLevel(logging.WARNING)  # each request of the preparation is a line otherwise
_TIMEOUT_S = 30.0
_REREAD = 50
"""Subjects of each kind that are looked up for a run that only reads."""


def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument(
        "--access",
        choices=["auto", "read-only", "write"],
        default="auto",
        help="What may be done: auto writes to a server on this machine, and only reads elsewhere.",
    )
    parser.add_argument("--parity-config", default="", help="Use this file instead of ./parity.toml.")
    parser.add_argument(
        "--own-data",
        choices=["no", "yes"],
        default="no",
        help="yes: nobody else uses the database, so that jobs may be claimed.",
    )
    parser.add_argument("--rows", type=int, default=200, help="Pending requests that the lists can show.")
    parser.add_argument("--journal", default="", help="Write the ids of what is created to this file.")
    parser.add_argument("--think", type=float, default=1.0, help="Multiplies the pauses; 0 is none.")
    parser.add_argument("--seed", type=int, default=1, help="Of names, times and choices.")


class Scheduler:
    """What all users of one process share while a test runs."""

    workload: ScenarioWorkload
    begun = False
    think: float
    chance: random.Random
    numbers = 0

    @classmethod
    def begin(cls, environment: Environment) -> None:
        """Open the workload, and create or find what the users work on. Raises HarnessError."""
        options: Any = environment.parsed_options
        host = Host.parse(environment.host or "")
        config = load(Path(options.parity_config) if options.parity_config else None)
        profile = options.access
        if profile == "auto":
            profile = "write" if host.is_loopback else "read-only"
        spec = ScenarioSpec(
            api=reference_api() if config.api is None else resolved(config.api),
            seed=options.seed,
            profile=profile,
            rows=options.rows,
            owns_data=options.own_data == "yes",
            journal=options.journal or None,
            host=host.url,
        )
        cls.workload = open_workload(spec, arm="a", worker=0, workers=1)
        cls.think = options.think
        cls.chance = random.Random(options.seed)  # noqa: S311  # repeatable on purpose
        needs = {} if cls.workload.writes else dict.fromkeys(cls.workload.endpoints, _REREAD)
        with sending_many(host.url) as send:
            cls.workload.prepare(needs, send)
        cls.begun = True

    @classmethod
    def end(cls, environment: Environment) -> tuple[str, ...]:
        """Remove what was created; returns what could not be removed, in words."""
        if not cls.begun:
            return ()
        cls.begun = False
        with sending_many(environment.host or "") as send:
            return cls.workload.clean(send)

    @classmethod
    def number(cls) -> int:
        """A number that no journey had before."""
        cls.numbers += 1
        return cls.numbers

    @classmethod
    def happens(cls, share: float) -> bool:
        """Whether something of this probability happens now."""
        return cls.chance.random() < share


def _begin(environment: Environment, **_: Any) -> None:
    if isinstance(environment.runner, MasterRunner) or Scheduler.begun:
        return
    try:
        Scheduler.begin(environment)
    except HarnessError as error:
        _LOG.error(redact(str(error), secrets()))  # the sentence says it all
        environment.process_exit_code = 2


def _begin_at_once(environment: Environment, **_: Any) -> None:
    # Without the web UI the run time counts from the start: preparing must not use it up.
    options: Any = environment.parsed_options
    if options is not None and (options.headless or options.autostart):
        _begin(environment)
        if environment.process_exit_code is not None:
            raise SystemExit(environment.process_exit_code)


def _end(environment: Environment, **_: Any) -> None:
    for left in Scheduler.end(environment):
        _LOG.warning("Left behind: %s", left)


for event, listener in (
    (events.init_command_line_parser, _options),
    (events.init, _begin_at_once),
    (events.test_start, _begin),
    (events.test_stop, _end),
):
    event.add_listener(listener)  # type: ignore[no-untyped-call]  # locust gives it no types


class SchedulerUser(FastHttpUser):
    """Somebody, or some program, that walks one journey again and again."""

    abstract = True
    journey: ClassVar[Journey]
    network_timeout = _TIMEOUT_S
    connection_timeout = _TIMEOUT_S

    def on_start(self) -> None:
        """Raises StopUser where there is nothing to work on: the log says why."""
        if not Scheduler.begun:
            raise StopUser

    def wait_time(self) -> float:
        """Seconds between two steps or journeys."""
        return Scheduler.chance.uniform(*self.journey.think_s) * Scheduler.think

    @task
    def walk(self) -> None:
        """Walk the journey; without writing, only read what it would read."""
        workload = Scheduler.workload
        if not workload.writes:
            self._read(workload)
            return
        try:
            for ask in self.journey.steps(workload.asks, Scheduler.number(), Scheduler.happens):
                if ask.endpoint not in workload.endpoints:
                    continue
                if not self.send(workload.implementation.call(ask)):
                    return  # what follows would build on a wrong answer
                gevent.sleep(self.wait_time())
        except OutOfSubjects:
            return  # a step that makes something is left out

    def send(self, call: Call) -> bool:
        """Send a request under the name of its endpoint, and say whether the answer was right."""
        with self.client.request(
            call.method,
            call.path,
            name=call.endpoint,
            headers=dict(call.headers),
            data=call.body,  # type: ignore[arg-type]  # bytes are sent as they are
            catch_response=True,
            allow_redirects=False,
        ) as response:
            if response.status_code == 0:
                return False  # there was none, and locust knows why
            headers = {name.lower(): value for name, value in (response.headers or {}).items()}
            problem = call.check(Answer(response.status_code, headers, response.content or b""))
            if problem is not None:
                response.failure(problem)
                return False
            response.success()
            return True

    def _read(self, workload: ScenarioWorkload) -> None:
        for endpoint in self.journey.requests:
            if endpoint in workload.endpoints:
                self.send(workload.next(endpoint))
                gevent.sleep(self.wait_time())


def _user(name: str) -> dict[str, Any]:
    journey = next(one for one in JOURNEYS if one.name == name)
    return {"journey": journey, "weight": journey.weight, "__doc__": journey.steps.__doc__}


Candidate = type("Candidate", (SchedulerUser,), _user("scheduling"))
Coordinator = type("Coordinator", (SchedulerUser,), _user("coordinating"))
Ats = type("Ats", (SchedulerUser,), _user("delivering"))
Worker = type("Worker", (SchedulerUser,), _user("working"))
Operator = type("Operator", (SchedulerUser,), _user("operating"))
Monitor = type("Monitor", (SchedulerUser,), _user("monitoring"))
