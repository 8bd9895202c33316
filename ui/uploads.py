"""How many files a form may bring (BEHAVIOUR T16): as many as its page declares, which is none unless it says so."""

from typing import Any

from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler

from ui.pages import FORM, Body


class DeclaredUploads(FileUploadHandler):
    """Refuses a file more than the page takes, before a byte of it is kept; leaves the rest to the next handler."""

    count = 0

    def new_file(self, *args: Any, **named: Any) -> None:
        """Raise TooManyFilesSent, which becomes a page of status 400."""
        super().new_file(*args, **named)
        self.count += 1
        body: Body = getattr(self.request, "body_taken", FORM)
        if self.count > body.files:
            raise TooManyFilesSent("the page takes fewer files")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next handler."""
