"""AES as the host uses it: GCM for what is kept, CCM for the link's records, CBC for mail.

    AesGcm(key).encrypt(nonce, data, bound) -> data and tag of 16 bytes
    AesGcm(key).decrypt(nonce, encrypted, bound) -> data; NotAuthentic
    AesCcm(key, tag_length)    the same, without `bound`
    CbcEncryptor(key, iv)      update(chunk), then finalize(): PKCS#7 padding is added

A key or a nonce of a wrong length is a ValueError.
"""

import sys

if sys.platform == "emscripten":
    from tournee.crypto.browser.ciphers import DoorCbc as CbcEncryptor
    from tournee.crypto.browser.ciphers import DoorCcm as AesCcm
    from tournee.crypto.browser.ciphers import DoorGcm as AesGcm
else:
    from tournee.crypto.native.ciphers import NativeCbc as CbcEncryptor
    from tournee.crypto.native.ciphers import NativeCcm as AesCcm
    from tournee.crypto.native.ciphers import NativeGcm as AesGcm

__all__ = ["AesCcm", "AesGcm", "CbcEncryptor"]
