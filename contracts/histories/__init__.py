"""Concurrent operations on one key, recorded and checked against a sequential model.

A history is a set of operations with the times of their calls and answers.
It is linearizable if some order of the operations, in which none comes before
one that had been answered before it was called, explains every answer
(Herlihy and Wing, "Linearizability: a correctness condition for concurrent
objects", TOPLAS 12(3), 1990). Stores that keep
`harness.adapters.protocol` are linearizable on one key: each operation on one
event, one job, one row, or one request with its bookings takes effect at one
moment between its call and its answer.

Only histories on one key are recorded. A claim over several jobs would be one
operation on all of their keys at once; the queues of these cases hold one job.

`operation` is what is recorded, `model` what explains it, `checker` the
search, `witness` the smallest part that nothing explains, `timeline` its
picture, `recorder` the side that talks to stores. `models` and `programs`
hold the four kinds of keys.
"""
