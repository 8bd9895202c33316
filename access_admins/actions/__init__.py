"""The acts of an enterprise's chiefs."""
