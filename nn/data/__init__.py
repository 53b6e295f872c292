"""Data to train on: toy sets and tables."""
