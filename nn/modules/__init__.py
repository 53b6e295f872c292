"""Modules: neurons, layers and other parts with parameters."""
