"""Stories: whole exchanges of each wire format, written from the vendors' documentation, with the facts they hold."""
