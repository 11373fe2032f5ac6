"""Small applications, one for each SDK, in environments of their own.

Each makes its calls one after the other and prints a JSON list of what its SDK told it of them. Nothing in them knows
of a proxy, and nothing of llmtap.
"""
