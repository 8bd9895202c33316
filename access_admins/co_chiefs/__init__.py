"""Co-chief administrators (co-HTB): appointed and ended by the HTB, and resigning (BEHAVIOUR H5)."""
