"""Twins of the files of capture/."""
