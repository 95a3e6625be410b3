"""Says whether DB_MODE may be flipped from memory to supabase.

The library half of the product: entity descriptions, the two reference
adapters, the stack they run on, and the gate that judges them. The contract
suite, the migrations and the load tests are sibling packages that build on
this one and register themselves through entry points.
"""
