"""A document in, a document indexed: at least once, and once per `_id`, whatever fails. Knows no flow and no token."""
