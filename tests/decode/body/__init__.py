"""Twins of llmtap.decode.body."""
