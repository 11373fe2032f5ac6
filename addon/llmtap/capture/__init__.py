"""Flow in, Exchange out. Knows mitmproxy (in one file); knows no token, price or index."""
