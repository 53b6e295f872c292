"""Fixtures for tests of exported source."""

from __future__ import annotations

import pytest


@pytest.fixture
def tools_without_sanitizers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start compilers and other programs without the sanitizers that this Python may have been started with."""
    monkeypatch.delenv("LD_PRELOAD", raising=False)
