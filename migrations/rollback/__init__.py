"""The undo of a copy: removes what it inserted and nobody changed since, and says what stays and why."""
