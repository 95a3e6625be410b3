"""The result as one HTML page with plots: no script, no other file, nothing from the network."""
