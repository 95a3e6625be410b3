"""What a run of the contract says to people: progress, divergences, summary."""
