"""Twins of every source file, end_to_end with real parts, recorded exchanges, and fakes of outsiders."""
