"""The gate: runs each step as a process of its own, believes only their outcomes, and says one word."""
