"""`make demo`: unmodified programs call a simulated OpenAI and Anthropic through llmtap; nothing leaves the machine."""
