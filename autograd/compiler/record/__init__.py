"""Recording: from a graph, or a function that is run once, to a tape."""
