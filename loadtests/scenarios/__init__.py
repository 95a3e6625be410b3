"""What is asked of the API: endpoints, journeys, the data they need, and what a right answer is."""
