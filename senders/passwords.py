"""Hashes of FTP passwords, as the gateway's daemon checks them: crypt(3) with SHA-512 (docs/adr/0015).

The daemon (ProFTPD, SQLAuthTypes Crypt) asks the machine's own libcrypt; so does the portal, and both mean the same.
"""

import base64
import ctypes
import secrets
from functools import cache

# About 60 ms a try: as slow as a person who logs in may find it.
_ROUNDS = 100_000
# In bytes; crypt(3) takes no more than 512, and letters of other alphabets have several.
LONGEST_PASSWORD = 128


def hash_password(password: str) -> str:
    """Return the hash of a password with a salt of its own: `$6$rounds=…$salt$…`. Raises ValueError for one with a NUL."""
    # crypt's own alphabet ends in ./ where base64 ends in +/.
    salt = base64.b64encode(secrets.token_bytes(12), b"./").decode()
    return _crypt(password, f"$6$rounds={_ROUNDS}${salt}$")


def is_password(password: str, hashed: str) -> bool:
    """Tell whether a password is the one of a hash; never for an empty hash."""
    return bool(hashed) and secrets.compare_digest(_crypt(password, hashed), hashed)


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libcrypt.so.1")
    # The variant that brings its own memory: threads do not meet in it.
    library.crypt_ra.argtypes = (
        ctypes.c_char_p,
        ctypes.c_char_p,
        ctypes.POINTER(ctypes.c_void_p),
        ctypes.POINTER(ctypes.c_int),
    )
    library.crypt_ra.restype = ctypes.c_char_p
    return library


@cache
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    libc.free.argtypes = (ctypes.c_void_p,)
    libc.free.restype = None
    return libc


def _crypt(password: str, setting: str) -> str:
    if "\0" in password:
        raise ValueError("a password for crypt(3) holds no NUL")
    memory, size = ctypes.c_void_p(None), ctypes.c_int(0)
    try:
        hashed = _library().crypt_ra(password.encode(), setting.encode(), ctypes.byref(memory), ctypes.byref(size))
        if not hashed or not hashed.startswith(b"$6$"):
            raise ValueError("crypt(3) knows no SHA-512 here")
        return str(hashed.decode())
    finally:
        if memory:
            _libc().free(memory)
