"""`crisis up`: the supervisor and its parts."""
