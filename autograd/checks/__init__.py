"""Checks of gradients against function values: `gradcheck`, finite differences and hypothesis strategies."""
