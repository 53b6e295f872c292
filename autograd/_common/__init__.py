"""Helpers for every package: atomic file writes, nested containers, numbers, text."""
