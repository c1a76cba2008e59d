"""Supply problems that another program has solved, and what it found."""
