"""What a comparison says about the budgets that it does not judge."""

from harness.settings.budgets import Budgets, EndpointBudget
from loadtests.budgeting.unjudged import unjudged

RATIO = EndpointBudget(p50_ms=20.0, p50_ratio=1.1)
TIME = EndpointBudget(p50_ms=20.0)


def test_what_is_judged_needs_no_word() -> None:
    budgets = Budgets(endpoints={"book": {"memory": TIME, "supabase": TIME}})
    assert unjudged(budgets, "across", frozenset({"memory", "supabase"})) == ()
    assert unjudged(Budgets(endpoints={"book": {"memory": RATIO}}), "within", frozenset({"memory"})) == ()


def test_ratios_need_another_version() -> None:
    budgets = Budgets(endpoints={"book": {"supabase": RATIO}, "cancel": {"supabase": TIME}})
    (said,) = unjudged(budgets, "across", frozenset({"memory", "supabase"}))
    assert said.startswith("Ratios were not judged (book), for there is no other version")


def test_a_capacity_is_found_elsewhere() -> None:
    budgets = Budgets(endpoints={"book": {"supabase": TIME}}, capacity={"supabase": 100.0})
    (said,) = unjudged(budgets, "across", frozenset({"memory", "supabase"}))
    assert said == "[budgets.capacity] was not judged: harness load capacity does that."


def test_within_one_mode_the_other_is_not_judged() -> None:
    budgets = Budgets(endpoints={"book": {"memory": TIME, "supabase": TIME}})
    (said,) = unjudged(budgets, "within", frozenset({"supabase"}))
    assert said.startswith("Budgets of the mode memory were not judged: harness load compare --within memory")
