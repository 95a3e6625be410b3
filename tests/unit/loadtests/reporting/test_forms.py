"""Every form of a result says the same: the verdict, its ground, and what to do next."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from harness.models.outcome import Outcome, Status
from harness.reports.files import sha256_of
from loadtests.records import Recording
from loadtests.reporting import document, junit, markdown, terminal
from loadtests.reporting.publishing import OUTCOME, prepare, publish
from loadtests.reporting.wording import sentence
from loadtests.result import Result
from loadtests.runs import recording_file
from loadtests.verdicts import Judgement, Verdict
from tests.load_results import judged, recording_of, result_of

GOOD = judged()
ADVICE = judged("open_link", "memory", "p99", decides=False, allowed=None)
SLOW = judged(verdict=Verdict.REGRESSED)
UNDECIDED = judged("open_link", verdict=Verdict.INCONCLUSIVE)
WRONG = judged(
    subject="supabase",
    metric="errors",
    verdict=Verdict.REGRESSED,
    unit="share",
    allowed=0.001,
    estimate=0.05,
    low=0.031,
    high=0.076,
)
RATIO = judged(
    subject="candidate / base",
    verdict=Verdict.REGRESSED,
    unit="ratio",
    allowed=1.1,
    estimate=1.25,
    low=1.2,
    high=1.31,
)
BELOW = judged(verdict=Verdict.INCONCLUSIVE, estimate=-0.5, low=-9.5, high=8.5)
MORE_TRIPS = judged(
    subject="supabase",
    metric="round_trips",
    verdict=Verdict.REGRESSED,
    unit="count",
    allowed=4.0,
    estimate=5.0,
    low=None,
    high=None,
)
WEAK = judged(
    "all",
    "memory",
    "capacity",
    Verdict.REGRESSED,
    unit="per_s",
    allowed=200.0,
    estimate=120.0,
    low=110.0,
    high=130.0,
)
ANSWERS_500 = judged(
    subject="memory",
    metric="answers",
    verdict=Verdict.REGRESSED,
    estimate=None,
    low=None,
    high=None,
    reason="It answers 500.",
)
INTERRUPTED = msgspec.structs.replace(recording_of(rounds=1), complete=False)
Render = Callable[[Result], str]
RENDERINGS: tuple[Render, ...] = (
    terminal.render,
    markdown.render,
    junit.render,
    lambda result: json.dumps(document.render(result), ensure_ascii=False),
)


_SLOWER = "Find out what made it slower, or state in [budgets] what it may cost."
_LONGER = "Measure longer (more --rounds, more --seconds), or on a quieter machine."
_WRONG = "book in supabase answers 5.00 % [3.10, 7.60] of its requests wrongly, allowed 0.1 %."
_UNDECIDED = "open_link p50 in supabase is 7.60 ms [5.20, 10.1] above memory, allowed 8 ms."
_LATE = "The generator was 31 ms late: use a quieter machine, or a lower --rate."


@pytest.mark.parametrize(
    ("judgements", "said"),
    [
        ((GOOD,), "PASS: the one budget holds, of 1 endpoint, shown by 288 requests in 2 min 05 s."),
        (
            (GOOD, SLOW),
            f"REGRESSED: book p50 in supabase is 31.2 ms [28.9, 33.5] above memory, allowed 8 ms. {_SLOWER}",
        ),
        ((SLOW, WRONG), f"REGRESSED: {_WRONG} And 1 more REGRESSED in the report. {_SLOWER}"),
        ((GOOD, UNDECIDED), f"INCONCLUSIVE: {_UNDECIDED} {_LONGER}"),
        ((judged(verdict=Verdict.INVALID),), f"INVALID: book p50 in supabase - memory: {_LATE}"),
        ((ADVICE,), "INVALID: Nothing was judged: [budgets] names nothing that decides."),
    ],
)
def test_the_last_line_is_the_verdict_with_its_ground(judgements: tuple[Judgement, ...], said: str) -> None:
    result = result_of(*judgements)
    assert terminal.render(result).splitlines()[-1] == sentence(result) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (RATIO, "book p50 of candidate is 1.25 x [1.20, 1.31] that of base, allowed 1.1 x."),
        (BELOW, "book p50 in supabase is 0.500 ms [-8.50, 9.50] below memory, allowed 8 ms."),
        (MORE_TRIPS, "book in supabase makes 5 round trips, allowed exactly 4."),
        (WEAK, "memory carries 120 /s [110, 130] within its budgets, demanded 200 /s."),
        (ANSWERS_500, "book answers in memory: It answers 500."),
    ],
)
def test_each_metric_has_its_own_sentence(one: Judgement, said: str) -> None:
    assert sentence(result_of(one)).startswith(f"{one.verdict.value}: {said}")


def test_the_next_step_of_the_command_ends_the_last_line() -> None:
    assert sentence(result_of(SLOW, next_step="Ask Ada.")).endswith("allowed 8 ms. Ask Ada.")


@pytest.mark.parametrize("render", RENDERINGS)
def test_every_form_says_what_was_found_with_what_and_how_to_do_it_again(render: Render) -> None:
    text = render(result_of(GOOD, SLOW, UNDECIDED, notes=("cancel is not measured.",))).replace("\\", "")
    for said in (
        "REGRESSED: book p50 in supabase is 31.2 ms [28.9, 33.5] above memory, allowed 8 ms.",
        "17.10",
        "12.0.2",
        "0123456789ab",
        "0c5c2a7e",
        "seed 7",
        "harness load compare --profile ci --seed 7",
        "3 rounds, 12 windows",
    ):
        assert said in text


@pytest.mark.parametrize("render", RENDERINGS)
@pytest.mark.parametrize(
    "recording", [None, msgspec.structs.replace(recording_of(), windows=()), INTERRUPTED]
)
def test_what_was_not_measured_is_invalid_in_every_form(render: Render, recording: Recording | None) -> None:
    text = render(replace(result_of(GOOD), recording=recording))
    assert "INVALID: " in text
    assert "budget holds" not in text


def test_junit_has_a_case_per_deciding_judgement_and_no_skip() -> None:
    suite = _suite(result_of(GOOD, SLOW, UNDECIDED, ADVICE))
    assert [(case.get("name"), [child.tag for child in case]) for case in suite.iter("testcase")] == [
        ("book p50 [supabase - memory]", []),
        ("book p50 [supabase - memory]", ["failure"]),
        ("open_link p50 [supabase - memory]", ["error"]),
    ]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")


def test_junit_shows_no_case_of_an_interrupted_run_as_passed() -> None:
    suite = _suite(result_of(GOOD, SLOW, recording=INTERRUPTED))
    assert [[child.tag for child in case] for case in suite.iter("testcase")] == [["error"]] * 3


def test_markdown_shows_text_as_it_is_and_folds_advice() -> None:
    text = markdown.render(result_of(judged("a|b<i>"), ADVICE))
    assert "a\\|b\\<i\\>" in text
    assert text.index("a\\|b") < text.index("<details>") < text.index("open\\_link")


def test_a_comment_is_never_too_long_to_be_posted() -> None:
    many = [judged(f"endpoint_{number}", verdict=Verdict.REGRESSED) for number in range(900)]
    assert len(markdown.render(result_of(*many))) < 65_536


@pytest.mark.parametrize("width", [40, 60, 200])
def test_a_terminal_of_any_width_holds_every_line_but_the_last(width: int) -> None:
    text = terminal.render(result_of(GOOD, SLOW, UNDECIDED, ADVICE), width=width)
    assert max(map(len, text.splitlines()[:-1])) <= width
    assert "\x1b" not in text


@pytest.mark.parametrize("render", [terminal.render, markdown.render])
def test_of_many_judgements_those_to_look_at_stand_out_and_none_is_lost(render: Render) -> None:
    many = [judged(f"endpoint{number}", estimate=1 + number / 100) for number in range(80)]
    lines = render(result_of(*many, SLOW)).replace("\\", "").splitlines()
    tables = [
        line
        for line in lines
        if "REGRESSED" in line and "+31.2 ms [28.9, 33.5]" in line and "<= 8 ms" in line
    ]
    assert tables
    for number in range(80):
        assert any(f"endpoint{number}" in line and f"+{1 + number / 100:.2f} ms" in line for line in lines)


def test_many_reasons_are_told_once_each() -> None:
    late = [judged(f"endpoint{number}", verdict=Verdict.INVALID) for number in range(30)]
    text = terminal.render(result_of(*late))
    assert text.count("The generator was 31 ms late") == 2
    assert "and 27 more: The generator" in " ".join(text.split())


def test_what_decides_stands_before_advice() -> None:
    text = terminal.render(result_of(ADVICE, GOOD))
    assert text.index("book") < text.index("Advice (no budget") < text.index("open_link")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_wants_no_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    terminal.print_table(result_of(SLOW), stream)
    assert "\x1b" not in stream.getvalue()


def test_only_a_terminal_gets_colour_and_no_stream_gets_what_it_cannot_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    on_terminal, elsewhere = Terminal(), io.StringIO()
    terminal.print_table(result_of(SLOW), on_terminal)
    terminal.print_table(result_of(SLOW), elsewhere)
    assert "\x1b[31m" in on_terminal.getvalue()
    assert "\x1b" not in elsewhere.getvalue()
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="ascii")
    terminal.print_table(result_of(SLOW, notes=("Größe",)), narrow)
    assert b"Gr??e" in raw.getvalue()


def test_the_directory_holds_every_form_with_its_hash_and_the_outcome_last(tmp_path: Path) -> None:
    prepare(tmp_path)
    artifacts = publish(result_of(GOOD, SLOW, remarks=("Bearer hunter2",)), tmp_path)
    outcome = Outcome.from_json((tmp_path / OUTCOME).read_bytes())
    assert outcome.status is Status.FAILED
    assert outcome.artifacts == artifacts
    assert {one.path for one in artifacts} | {OUTCOME} == {path.name for path in tmp_path.iterdir()}
    for artifact in artifacts:
        assert sha256_of(tmp_path / artifact.path) == artifact.sha256
        assert "hunter2" not in (tmp_path / artifact.path).read_text(encoding="utf-8")
    assert recording_file.read(tmp_path / "recording.json").recording == recording_of()
    prepare(tmp_path)
    assert list(tmp_path.iterdir()) == []


def _suite(result: Result) -> ET.Element:
    return ET.fromstring(junit.render(result).split("?>", 1)[1])  # noqa: S314  # our own
