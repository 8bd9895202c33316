"""How many files and parts a form may bring (BEHAVIOUR T16): no file unless its page declares it."""

from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler

from ui.pages import FORM, Body


class _Stream(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...
    def readline(self, size: int = ..., /) -> bytes: ...


class CountedParts:
    """A body while it is read: raises TooManyFieldsSent once more boundaries have gone by than `most`.

    Django counts the fields and the files that have a name; a part without one costs it as much.
    """

    def __init__(self, stream: _Stream, boundary: bytes, most: int) -> None:
        self._stream, self._boundary, self._left = stream, b"--" + boundary, most
        self._tail = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, like any stream."""
        return self._counted(self._stream.read(size))

    def readline(self, size: int = -1, /) -> bytes:
        """Return a line: so Django reads what it does not look at."""
        return self._counted(self._stream.readline(size))

    def _counted(self, data: bytes) -> bytes:
        seen = self._tail + data
        self._left -= seen.count(self._boundary)
        if self._left < 0:
            raise TooManyFieldsSent("the form has more parts than any of ours")
        # What a boundary may begin with; less than all of one, so that none is counted twice.
        self._tail = seen[-(len(self._boundary) - 1) :]
        return data


class DeclaredUploads(FileUploadHandler):
    """Refuses a part or a file more than the page takes, before a byte of it is kept; leaves the rest to the next handler."""

    count = 0

    def handle_raw_input(self, input_data: Any, meta: Any, length: int, boundary: Any, *_encoding: Any) -> None:
        """Count the parts from here on. One more boundary than parts ends the form."""
        most = (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS or 0) + self._body.files + 1
        input_data._stream = CountedParts(input_data._stream, boundary, most)

    def new_file(self, *args: Any, **named: Any) -> None:
        """Raise TooManyFilesSent, which becomes a page of status 400."""
        super().new_file(*args, **named)
        self.count += 1
        if self.count > self._body.files:
            raise TooManyFilesSent("the page takes fewer files")

    @property
    def _body(self) -> Body:
        return getattr(self.request, "body_taken", FORM)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass it on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave it to the next handler."""
