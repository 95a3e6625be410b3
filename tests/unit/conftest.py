"""Settings of the tests without I/O."""

from hypothesis import settings

# How long one example takes says something about the machine, and nothing about the code.
settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
