"""The cases, one module per heading of the contract."""
