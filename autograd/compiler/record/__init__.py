"""Recording: from a graph, or one run of a function, to a tape."""
