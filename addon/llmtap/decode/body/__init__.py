"""Bytes in, whole bodies, events and typed values out; whose they are and what they mean is not known here."""
