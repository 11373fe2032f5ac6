"""The outsiders, simulated on loopback for tests and the demo: what they send looks as on the wire."""
