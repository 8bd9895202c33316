"""Giving a person a role in a capacity, and taking an administrator's back (BEHAVIOUR H3, H4, H7, H10, U3)."""
