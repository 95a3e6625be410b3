"""What a worker does with each of the four kinds of keys, on a real store."""
