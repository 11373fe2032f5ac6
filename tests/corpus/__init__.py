"""What decoding makes of real traffic, recorded by others; skipped where there are no recordings."""
