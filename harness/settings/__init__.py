"""What the user configured: the environment and parity.toml, each read once into frozen values."""

from harness.settings.environment import DbMode, Settings, StackKind, export, inherited, secrets, variable

__all__ = ["DbMode", "Settings", "StackKind", "export", "inherited", "secrets", "variable"]
