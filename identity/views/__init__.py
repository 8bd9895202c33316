"""The pages of identity, one module per subject."""
