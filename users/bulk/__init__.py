"""Acts upon many accounts at once, and upon one: add and remove applications, block, unblock, delete (BEHAVIOUR U4)."""
