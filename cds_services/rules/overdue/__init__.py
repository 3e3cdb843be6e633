"""Surveillance tests that are overdue (protocol C.3)."""
