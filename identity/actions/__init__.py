"""What persons do about themselves: logging in, their means, their sessions. One module per subject."""
