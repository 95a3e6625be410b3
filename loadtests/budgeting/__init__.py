"""What may be: margins and budgets, and the verdict of each endpoint and metric."""
