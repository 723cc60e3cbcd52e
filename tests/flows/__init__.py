"""Stories on the real processes, told from outside."""
