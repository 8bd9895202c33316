"""The pages of a sender: overview, the trail that makes one, and what can be changed later."""
