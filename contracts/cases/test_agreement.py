"""Agreement: whatever is asked of an adapter, it answers as the reference does."""

from collections.abc import Callable

from contracts.agreement.case import examine
from contracts.case import needs
from contracts.plan import Plan
from contracts.subject import Subject
from harness.adapters.capabilities import Capability


@needs(Capability.EMPTIED)
def test_adapter_answers_as_the_reference(
    subject: Subject,
    contract_adapter: str,
    contract_plan: Plan,
    record_property: Callable[[str, object], None],
) -> None:
    """Random sequences of all operations have equal results, errors and stored rows on both."""
    examine(subject, contract_plan.adapter(contract_adapter), contract_plan, record_property)
