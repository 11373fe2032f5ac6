"""Twins of llmtap.decode.words."""
