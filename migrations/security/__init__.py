"""Asks a project's real REST interface, as everybody who may come along, for everything that there is."""
