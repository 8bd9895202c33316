"""The pages of a capacity."""
