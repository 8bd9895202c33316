"""Filling the embedded register: KBO Open Data sets, and our own CSV files for what those do not hold (docs/register.md)."""
