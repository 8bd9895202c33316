"""How an act runs: one transaction with its checks, writes, events and mails (docs/architecture.md, "How an act runs")."""
