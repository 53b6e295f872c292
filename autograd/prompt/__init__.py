"""The interactive worksheet: a session of lines, the terminal and the pipe around it, and IPython's magics."""

from autograd.prompt.session import Reply, Session

__all__ = ["Reply", "Session"]
