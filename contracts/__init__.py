"""The contract: what every `Store` must do, as cases that run on each adapter.

`contracts.plugin` is the pytest plugin, `contracts.cases` holds the cases,
one module per heading. A case knows nothing of the adapter it runs on.
"""
