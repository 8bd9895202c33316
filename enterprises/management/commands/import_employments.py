"""`manage.py import_employments`: see the command's help."""

from enterprises.imports.own_tables import EMPLOYMENTS
from enterprises.management.import_command import ImportCommand


class Command(ImportCommand):
    """Fills the embedded register's employments."""

    help = "Load who works for which enterprise from CSV: all of the file or nothing."
    table = EMPLOYMENTS
