"""Measures scalargrad against its peers: `python -m benchmarks`. Not part of the distribution."""
