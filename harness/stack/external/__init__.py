"""A given project, which is somebody's data: how to be a guest there, and to leave nothing behind."""
