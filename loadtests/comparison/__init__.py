"""Two servers side by side in one run: rounds, windows, looks, calibration."""
