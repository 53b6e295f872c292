"""Tests of the reader of notes."""
