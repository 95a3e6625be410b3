"""What an adapter may declare to lack, each with a reason; nothing else excuses a case."""

from enum import Enum

__all__ = ["Capability"]


class Capability(Enum):
    """A difference between adapters that is known and named."""

    DURABLE = "durable"
    """Rows outlive the process that holds the store."""
    SERVER = "server"
    """There is a server between the adapter and the rows, whose sessions and faults can be observed."""
    PYTHON_VALUES = "python_values"
    """The adapter takes Python values directly, so that values without a JSON form reach it."""
    CLIENT_IDS = "client_ids"
    """The client chooses the ids of rows."""
    MICROSECONDS = "time:us"
    """Times keep microseconds (``time: us``); without it, milliseconds (``time: ms``)."""
    EXACT_NUMBERS = "numbers:exact"
    """Integers above 2**53 keep all digits (``numbers: exact``); without it they are doubles."""
    EMPTIED = "emptied"
    """All rows can be removed past the adapter in the middle of a case."""
    SHARED_VALUES = "shared_values"
    """What callers do later to the values that they gave or were given can be seen in the store."""
    WHOLE_ROWS = "whole_rows"
    """Whole rows can be put in past the adapter, the times that a store assigns included."""
