"""Where rows come from: snapshots, other databases, the REST interface; one way to read them all."""
