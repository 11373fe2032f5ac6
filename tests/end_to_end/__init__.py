"""The whole of llmtap with real parts: mitmdump, SDKs, Elasticsearch; only the provider is simulated."""
