"""Twins of llmtap.decode.usage."""
