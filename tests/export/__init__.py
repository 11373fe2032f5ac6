"""Twins of the export room."""
