"""The JavaScript kit: ``parity-bridge.mjs``, put together from its parts and from the entities."""
