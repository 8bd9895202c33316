"""How long the web server waits for somebody, and how much it keeps for them (BEHAVIOUR T18; docs/operations.md)."""

# Seconds. Of a body and of an answer: how far somebody may fall behind SLOWEST, in bytes a second.
HEAD_SECONDS = 10
BEHIND_SECONDS = 20
SLOWEST = 32 * 1024
LINGER_SECONDS = 2
# From so far behind on, somebody stands still, and makes room for others.
STILL_SECONDS = 1
# For which a worker that stops waits for who has not said a word.
SILENT_SECONDS = 1
# What the app has for one answer; a worker that needs longer gives no more sign of life, and is replaced.
ANSWER_SECONDS = 60

# Bytes. Of a body or an answer that is kept in memory: more than a form has. What is larger is kept in a temporary file.
MOST_HEAD = 40 * 1024
IN_MEMORY = 128 * 1024
# Of all that a worker keeps in temporary files. No answer is larger.
MOST_ON_DISK = 256 * 1024 * 1024
# One address has no more than one of so many parts of a worker's connections.
PARTS = 3
