"""Changes of a schema that do harm: each must be found, and the finding must name what was changed."""

from tests.schema_changes.access import GRANTS, POLICIES, ROLES, WAYS_ROUND
from tests.schema_changes.behaviour import FUNCTIONS, TRIGGERS
from tests.schema_changes.change import Change, Tool
from tests.schema_changes.keys import CONSTRAINTS, INDEXES, KEYS
from tests.schema_changes.tables import COLUMNS, TABLES

__all__ = ["HARMFUL", "Change", "Tool"]

HARMFUL: tuple[Change, ...] = (
    *INDEXES,
    *KEYS,
    *CONSTRAINTS,
    *COLUMNS,
    *TABLES,
    *TRIGGERS,
    *FUNCTIONS,
    *POLICIES,
    *GRANTS,
    *WAYS_ROUND,
    *ROLES,
)
