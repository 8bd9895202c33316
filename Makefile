# The portal's commands; `make` alone lists them. Two suffice: `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
WITH := sh scripts/with_system.sh
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: help run gateway test packages lock lint types messages frontend bench soak fuzz images clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 12

# What WeasyPrint draws the document of the exception procedure with.
PRINTING := libpango-1.0.so.0:libpango-1.0-0 libpangoft2-1.0.so.0:libpangoft2-1.0-0 \
	libharfbuzz-subset.so.0:libharfbuzz-subset0 /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fonts-dejavu-core

run: .venv/run.stamp ## serve the demo world at http://127.0.0.1:$PORT (8000); DATABASE_URL=postgres://… chooses PostgreSQL
	@sh scripts/system_packages.sh $(PRINTING)
	@PORT=$(PORT) $(WITH) $(BIN)/python -m scripts.serve

# What senders deliver to; the portal itself needs none of it.
GATEWAY := /usr/sbin/proftpd:proftpd-core /usr/lib/proftpd/mod_sftp.so:proftpd-mod-crypto \
	/usr/lib/proftpd/mod_sql_postgres.so:proftpd-mod-pgsql /usr/lib/proftpd/mod_sql_sqlite.so:proftpd-mod-sqlite

gateway: .venv/run.stamp ## serve SFTP and FTPS to senders beside `make run`, at 127.0.0.1, ports 2022 and 2021
	@sh scripts/system_packages.sh $(GATEWAY)
	@$(WITH) $(BIN)/python manage.py gateway

test: packages .venv/test.stamp ## run every test, the browser's journeys included
	@$(WITH) $(BIN)/python -m pytest $(TESTS)

packages: # what the tests need of the system (libatomic: the driver of the browser; ssh-keygen, curl, openssl: a sender's programs)
	@sh scripts/system_packages.sh $(PRINTING) chromium libatomic.so.1:libatomic1 xgettext:gettext pdftoppm:poppler-utils \
		ssh-keygen:openssh-client curl openssl

lock: .venv/dev.stamp ## choose the versions of requirements/*.txt again
	$(COMPILE) pyproject.toml --group test --group lint -o requirements/dev.txt
	$(COMPILE) pyproject.toml --group test -c requirements/dev.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt

lint: .venv/dev.stamp ## formatting, ruff, import contracts, templates, migrations
	@sh scripts/lint.sh

types: .venv/dev.stamp ## mypy, strict
	@$(BIN)/mypy

messages: .venv/dev.stamp ## bring locale/*/django.po up to the sources
	@sh scripts/system_packages.sh xgettext:gettext
	@$(WITH) $(BIN)/python -m scripts.make_messages

frontend: ## build ui/static again (needs Node)
	@$(MAKE) -C frontend

bench: .venv/test.stamp ## measure what is promised of speed (needs PostgreSQL)
	@sh scripts/system_packages.sh $(GATEWAY)
	@sh scripts/bench.sh

soak: .venv/test.stamp ## kill the portal and the worker a hundred times while they work
	@sh scripts/system_packages.sh chromium
	@KILLS=100 $(WITH) $(BIN)/python -m pytest tests/test_kill_*.py -q -s

fuzz: .venv/test.stamp ## read 100,000 broken certificates and keys; nasty shapes in everything that can be filled in, against the clock
	@sh scripts/system_packages.sh $(PRINTING)
	@TIME_FUZZ=whole $(WITH) $(BIN)/python -m pytest tests/security/test_hold_a_worker_with_any_field.py -q -o faulthandler_timeout=0
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100000} $(BIN)/python -m pytest tests/test_senders_reading_vectors.py -q -k "mutation or nonsense"

images: .venv/test.stamp ## take the pictures of docs/images from the pages
	@sh scripts/system_packages.sh chromium
	@mkdir -p docs/images
	@PICTURES=docs/images $(WITH) $(BIN)/python -m pytest -q tests/browser/test_pictures.py

clean: ## remove the environment, the demo database and everything made here
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# An environment holds exactly what the lock says, each file checked by its hash.
.venv/%.stamp: requirements/%.txt
	@$(PYTHON) scripts/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing requirements/$*.txt …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@touch $@
