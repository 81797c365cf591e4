"""RSA with a public key: signatures verified, keys wrapped, both PKCS#1 v1.5 (RFC 8017 7.2, 8.2).

verify(key, signature, data)   SHA-256; NotAuthentic
wrap(key, secret) -> bytes     fresh padding; ValueError for a secret that is too long for the key
"""

import sys

if sys.platform == "emscripten":
    from tournee.crypto.browser.rsa import verify, wrap
else:
    from tournee.crypto.native.rsa import verify, wrap

__all__ = ["verify", "wrap"]
