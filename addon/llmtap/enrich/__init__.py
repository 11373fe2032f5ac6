"""Who, how much, how fast, and what may be kept. Pure: no clock, no disk, no network."""
