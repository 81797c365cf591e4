"""ECDSA on P-256 with SHA-256, signatures in DER (FIPS 186-5, RFC 3279 2.2.3): verified.

key_in(certificate_der) -> EcKey        UnreadableCertificate where it is of no such key
verify(key, signature, data)            NotAuthentic
"""

import sys

if sys.platform == "emscripten":
    from tournee.crypto.browser.ecdsa import key_in, verify
else:
    from tournee.crypto.native.ecdsa import key_in, verify

__all__ = ["key_in", "verify"]
