"""The sealed document of a request: what it says, how it looks, the portal's seal, and telling a true one from a changed one
(BEHAVIOUR X5, X10; docs/document.md)."""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from htb.models import Request


def make(request: "Request") -> tuple[bytes, str]:
    """Return the sealed PDF of a request, and the SHA-256 (hex) of the file before the seal.

    The request need not be saved; nothing is written. The same request gives the same file before the seal. Raises
    ImproperlyConfigured where the seal's key or certificate cannot be read.
    """
    # WeasyPrint takes most of a second to load: only a process that makes a document waits for it. And the painter, which lives
    # in this package, is to know nothing of the portal (docs/adr/0019-drawing-in-a-cage.md).
    from htb.document import render, seal
    from htb.document.content import content_of

    unsealed = render.pdf_of(content_of(request))
    return seal.put_on(unsealed), hashlib.sha256(unsealed).hexdigest()
