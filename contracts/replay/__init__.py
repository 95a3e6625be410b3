"""Recorded calls of a running application, replayed on any adapter: its traffic as a test."""
