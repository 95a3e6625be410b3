"""The sequential models of the four kinds of keys."""
