"""Planning: from a tape to the instructions of a kernel."""
