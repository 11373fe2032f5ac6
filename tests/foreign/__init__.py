"""Programs of others, unmodified: the SDKs that applications call with, and servers that mock what they call."""
