#!/bin/sh
# What can be judged without running the portal: `make lint`. The same commands as in .ci/run.
set -eu

.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/lint-imports
.venv/bin/djlint --lint --quiet .
.venv/bin/python manage.py makemigrations --check --dry-run
.venv/bin/python scripts/lint_migrations.py
