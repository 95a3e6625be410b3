"""``parity-bridge/1``: an adapter in a process of its own, in any language, behind JSON lines."""
