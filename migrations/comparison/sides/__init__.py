"""The two places that are compared, each read in its own way into the same kind of frame."""
