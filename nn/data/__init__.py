"""Toy data sets."""
