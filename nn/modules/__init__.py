"""Modules: neurons, layers and what else has parameters."""
