"""Helpers for every package: files written whole, nested containers, numbers, text."""
