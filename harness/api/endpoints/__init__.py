"""The endpoints, one module per caller."""
