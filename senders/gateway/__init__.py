"""The gateway: ProFTPD serves SFTP and FTPS, and asks the portal's database at each login (docs/gateway.md)."""
