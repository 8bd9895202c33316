"""The management home, and the pages of an enterprise."""
