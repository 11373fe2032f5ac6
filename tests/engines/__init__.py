"""Real servers for the tests: found or fetched, started on loopback, and gone when the run is over."""
