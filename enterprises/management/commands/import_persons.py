"""`manage.py import_persons`: see the command's help."""

from enterprises.imports.own_tables import PERSONS
from enterprises.management.import_command import ImportCommand


class Command(ImportCommand):
    """Fills the embedded register's persons."""

    help = "Load persons into the register from CSV: all of the file or nothing."
    table = PERSONS
