"""What the contract must check, as single statements, and the cases that prove each of them.

One TOML file per heading. A statement is a table with ``says`` and the
``cases`` that prove it; what concerns the suite itself names ``tests`` of
this project instead. The text of a statement may be improved; its key is
stable. ``harness contract --list`` prints all of it.
"""

from contracts.behaviours.catalogue import Behaviour, Behaviours, gaps

__all__ = ["Behaviour", "Behaviours", "gaps"]
