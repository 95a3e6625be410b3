"""Sends what is to be measured: plans drawn before, an open and a closed loop inside of locust, and records.

`plan` and `arrivals` say what is sent and when; `generator` is what other packages use. Behind it runs a
process (`__main__`, `channel`, `conductor`) that orders about a `team` of one or many `node`s, each one user
of locust: `sender`, with `open_loop` or `closed_loop`, sends by `client`, and `ledger` makes the records.
"""
