"""The ways out of the portal, each to the hosts that settings name and to no other (T22; docs/outgoing.md)."""
