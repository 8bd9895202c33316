"""The web service's side: who may have a token, and what it opens (BEHAVIOUR M5, M11; RFC 7523)."""
