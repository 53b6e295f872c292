"""The interactive worksheet: sessions, the terminal and pipe interface, and IPython magics."""

from autograd.prompt.session import Reply, Session

__all__ = ["Reply", "Session"]
