"""Compares a database with what the SQL files make, object by object, in Postgres' own words."""
