"""Values in the form in which they are compared."""
