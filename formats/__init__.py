"""Numbers and names of the field: read in any notation, kept in one, shown in groups. Knows nothing of the portal."""
