"""The way back: all rows of a database as a snapshot, of one moment, whole or not there."""
