"""Gradients tested against values: `gradcheck`, finite differences and hypothesis strategies."""
