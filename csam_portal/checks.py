"""Start-up checks. An unsafe production does not start: every command and the web server run these."""
