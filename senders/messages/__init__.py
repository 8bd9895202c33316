"""Structured messages: the names of their files, their signatures, the receipts that answer them. Knows no tables."""
