"""The doctor: what a run needs, what is missing, and how to get it."""
