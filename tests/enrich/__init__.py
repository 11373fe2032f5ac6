"""Twins of llmtap.enrich."""
