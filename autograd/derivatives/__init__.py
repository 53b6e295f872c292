"""Derivatives of functions and of recorded graphs, of any order."""
