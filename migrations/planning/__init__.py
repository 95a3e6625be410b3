"""What a migration would do, said before anything is written."""
