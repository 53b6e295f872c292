"""Tests of the note reader."""
