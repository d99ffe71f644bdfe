"""Excel's default read protection: a workbook behind the one password that Excel itself tries unasked.

Loaded by the process that reads workbooks, by its path; without the package around it.
"""

from __future__ import annotations

import io

_DEFAULT = "VelvetSweatshop"
"""The password that Excel tries before it asks for one ([MS-OFFCRYPTO] 2.4.2.3)."""


class NoLibraryError(Exception):
    """The library that takes protection off is not installed."""


def unprotected(content: bytes) -> bytes | None:
    """Return the workbook (OLE bytes, .xls or .xlsx inside) as it is without its protection.

    None where a password protects it, or a way of protection that nobody but Excel opens.

    Raises
    ------
    NoLibraryError
        If msoffcrypto-tool is not installed.
    Exception
        Of any kind, where the bytes are damaged.
    """
    try:
        import msoffcrypto
        from msoffcrypto.exceptions import DecryptionError, InvalidKeyError
    except ImportError as error:
        raise NoLibraryError from error

    plain = io.BytesIO()
    try:
        book = msoffcrypto.OfficeFile(io.BytesIO(content))
        if _is_package(content):
            book.load_key(password=_DEFAULT, verify_password=True)
            book.decrypt(plain, verify_integrity=True)
        else:
            book.load_key(password=_DEFAULT)
            book.decrypt(plain)
    except InvalidKeyError as error:
        if "integrity" in str(error):
            raise ValueError(str(error)) from error
        return None
    except DecryptionError:
        return None
    return plain.getvalue()


def _is_package(content: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in content
