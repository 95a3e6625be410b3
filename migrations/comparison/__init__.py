"""Compares two places row by row, on a code path of its own: nothing here encodes what a copy sends."""
