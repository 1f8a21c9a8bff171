"""Real invoices, lived day by day: see README.md."""
