"""Adapters that are wrong, each by one realistic mistake: the contract rejects every one of them.

Modules hold mistakes in Python, thin wrappers around a correct store; the
``*.toml`` files hold changes of the SQL under a correct adapter. How they are
written stands in `contracts.selfcheck`; ``harness contract --self-check``
runs them and prints which case rejects which.
"""
