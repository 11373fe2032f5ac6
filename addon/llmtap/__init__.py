"""Each LLM call of unmodified applications as one document: who, which model, how much, how fast, at what cost."""

__version__ = "0.1.0"
