"""How much a form with files may bring (BEHAVIOUR E7): judged by what it says of itself, before a byte of it is kept."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUpload(FileUploadHandler):
    """Refuses a form that is larger than settings.FORM_MAX_BYTES; leaves the rest to the next handler."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *_more: Any, **_named: Any) -> None:  # noqa: N803
        """Raise RequestDataTooBig, which becomes a page of status 400. A request without a length counts as empty."""
        if content_length > settings.FORM_MAX_BYTES:
            raise RequestDataTooBig("the form is larger than FORM_MAX_BYTES")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next handler."""
