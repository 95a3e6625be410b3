"""Rows over PostgREST, for a project whose database cannot be reached: read, written and taken back."""
