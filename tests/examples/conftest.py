"""The examples are projects of their own: tests copy them out of here and run them where they stand alone."""

collect_ignore = ["own_store", "typescript"]
