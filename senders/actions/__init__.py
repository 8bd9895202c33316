"""What can be done with senders: `register` makes them, `material` their certificates and keys, `life` the rest."""
