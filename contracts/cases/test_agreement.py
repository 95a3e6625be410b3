"""Agreement: whatever is asked of an adapter, it answers as the reference does."""

import pytest

from contracts.agreement.case import examine
from contracts.plan import Plan
from contracts.subject import Subject


def test_adapter_answers_as_the_reference(
    subject: Subject, contract_plan: Plan, record_property: pytest.Function
) -> None:
    """Random sequences of all operations have equal results, errors and stored rows on both."""
    examine(subject, contract_plan, record_property)
