"""The contact centre's desk: the pages of one case and of callers in the admin (BEHAVIOUR X7, X11)."""
