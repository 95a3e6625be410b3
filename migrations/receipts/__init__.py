"""The receipt of a copy: what was moved, from where to where, by what, and the check that it still holds."""
