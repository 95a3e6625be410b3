"""Drives an adapter and the reference with the same operations, and says where they part."""
