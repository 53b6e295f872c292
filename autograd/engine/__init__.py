"""The engine: `Value`, the graph it records and `backward()`."""
