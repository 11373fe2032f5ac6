"""What llmtap costs, as ratios within one run: bare mitmdump, mitmdump with a bare tap, and llmtap, in turns."""
