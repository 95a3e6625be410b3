"""Compares what a database is with what the models say it must be, one kind of object per module."""
