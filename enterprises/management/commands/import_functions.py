"""`manage.py import_functions`: see the command's help."""

from enterprises.imports.own_tables import FUNCTIONS
from enterprises.management.import_command import ImportCommand


class Command(ImportCommand):
    """Fills the embedded register's functions."""

    help = "Load the functions that persons hold in enterprises from CSV: all of the file or nothing."
    table = FUNCTIONS
