"""Twins of llmtap.decode.formats."""
