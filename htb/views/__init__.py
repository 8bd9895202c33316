"""The pages of the two procedures, of tickets, and of documents."""
