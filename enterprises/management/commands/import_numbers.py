"""`manage.py import_numbers`: see the command's help."""

from enterprises.imports.own_tables import NUMBERS
from enterprises.management.import_command import ImportCommand


class Command(ImportCommand):
    """Fills the embedded register's numbers."""

    help = "Load the RSZ and PPO numbers of enterprises from CSV: all of the file or nothing."
    table = NUMBERS
