"""Rewrites ``parity-bridge.mjs`` and its entities: ``python -m harness.adapters.bridge.kit``."""

from pathlib import Path

from harness.adapters.bridge.kit.assemble import KIT, assembled, entities_part

here = Path(__file__).parent
(here / "parts" / "entities.mjs").write_text(entities_part(), encoding="utf-8")
(here / KIT).write_text(assembled(), encoding="utf-8")
