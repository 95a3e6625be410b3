"""Does the contract reject adapters that are known to be wrong?

A broken adapter is one realistic mistake: a thin wrapper around a correct
store (`contracts.selfcheck.wrapping`), or a change of the SQL under it
(`contracts.selfcheck.sqlchanges`). The contract must fail on each.
"""
