"""The copy: moves the rows of a source into a target, in segments that can be resumed."""
