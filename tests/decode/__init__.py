"""Twins of llmtap.decode."""
