"""Running: the kernels that execute a plan, in C and on numpy."""
