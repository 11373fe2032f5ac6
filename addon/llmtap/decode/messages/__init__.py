"""What was said in, Messages and their Parts out; one file for each way in which families of dialects write a turn."""
