"""What the examination of both servers is turned into."""

from loadtests.comparison.examination import answers, unlike
from loadtests.scenarios.functional import EndpointResult, FunctionalResult
from loadtests.verdicts import Verdict, worst


def _result(**endpoints: EndpointResult) -> FunctionalResult:
    return FunctionalResult(endpoints=endpoints, left_out={})


def test_right_answers_pass_and_say_how_many_there_were() -> None:
    (one,) = answers("memory", _result(book=EndpointResult(calls=5)))
    assert (one.endpoint, one.subject, one.metric, one.verdict) == ("book", "memory", "answers", Verdict.PASS)
    assert (one.decides, one.samples, one.reason) == (True, 5, "Each of 5 answers was right.")


def test_a_wrong_answer_is_a_regression_and_says_what_was_wrong() -> None:
    wrong = EndpointResult(calls=5, problems=["alone: status 500", "alone: status 502"])
    (one,) = answers("supabase", _result(book=wrong))
    assert one.verdict is Verdict.REGRESSED
    assert one.reason.startswith("alone: status 500 (and 1 more). Nothing was measured: correct it first")


def test_a_wrong_answer_of_the_base_is_no_regression_of_the_candidate() -> None:
    wrong = EndpointResult(calls=5, problems=["alone: status 500"])
    (one,) = answers("memory, base", _result(book=wrong), is_base=True)
    assert one.verdict is Verdict.INVALID
    assert one.reason.startswith("alone: status 500. Nothing was measured: correct it first")


def test_an_endpoint_that_was_never_called_is_neither_right_nor_wrong() -> None:
    (one,) = answers("memory", _result(cancel=EndpointResult()))
    assert one.verdict is Verdict.INVALID
    assert worst([one]) is Verdict.INVALID


def test_answers_that_differ_between_the_modes_are_a_regression_of_both() -> None:
    memory = EndpointResult(calls=1, shapes={"alone, call 1": "200 {id: text}"})
    supabase = EndpointResult(calls=1, shapes={"alone, call 1": "200 {id: null}"})
    (one,) = unlike(_result(book=memory), _result(book=supabase))
    assert (one.endpoint, one.subject, one.verdict) == ("book", "supabase - memory", Verdict.REGRESSED)
    assert "200 {id: text} against 200 {id: null}" in one.reason
    assert unlike(_result(book=memory), _result(book=memory)) == ()
