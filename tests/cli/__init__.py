"""Twins of the files of cli/."""
