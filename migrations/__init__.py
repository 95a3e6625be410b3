"""The schema of the scheduler as SQL files, what applies them, and what checks the result."""
