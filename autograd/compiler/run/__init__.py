"""Execution: the kernels that run a plan, in C and on numpy."""
