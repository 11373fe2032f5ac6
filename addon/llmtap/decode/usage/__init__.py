"""What a provider counted in, a Usage in OTel's arithmetic out; one file for each way of counting."""
