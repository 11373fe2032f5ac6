"""Twins of llmtap.decode.messages."""
