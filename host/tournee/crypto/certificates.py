"""Certificates read: `read(data)` takes DER, `read_pem(data)` the first certificate of a PEM file.

Both raise UnreadableCertificate.
"""

import sys

if sys.platform == "emscripten":
    from tournee.crypto.browser.certificates import read, read_pem
else:
    from tournee.crypto.native.certificates import read, read_pem

__all__ = ["read", "read_pem"]
