"""Sends it: arrivals, open and closed loop, windows, workers, histograms."""
