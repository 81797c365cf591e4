"""Runs the port over cases: by the back end of this Python. Under Pyodide, with /work mounted, as a program.

A case is a list: what to do, then hexadecimal strings and numbers; its answer is hexadecimal, or why not.
"""

import json
import sys


def answer(case):
    """What the port makes of one case; "NotAuthentic" or "ValueError" where it refuses."""
    from tournee.crypto.values import NotAuthentic

    try:
        return _done(case[0], *(bytes.fromhex(one) if isinstance(one, str) else one for one in case[1:]))
    except NotAuthentic:
        return "NotAuthentic"
    except ValueError:
        return "ValueError"


def _done(what, *given):
    from tournee.crypto import rsa
    from tournee.crypto.ciphers import AesCcm, AesGcm, CbcEncryptor
    from tournee.crypto.derivation import hkdf, scrypt
    from tournee.crypto.values import RsaKey

    if what == "gcm+":
        key, nonce, data, bound = given
        return AesGcm(key).encrypt(nonce, data, bound).hex()
    if what == "gcm-":
        key, nonce, data, bound = given
        return AesGcm(key).decrypt(nonce, data, bound).hex()
    if what == "ccm+":
        key, nonce, data, size = given
        return AesCcm(key, size).encrypt(nonce, data).hex()
    if what == "ccm-":
        key, nonce, data, size = given
        return AesCcm(key, size).decrypt(nonce, data).hex()
    if what == "cbc":
        key, iv, data, step = given
        encryptor = CbcEncryptor(key, iv)
        made = [encryptor.update(data[at : at + step]) for at in range(0, len(data), step)]
        return b"".join([*made, encryptor.finalize()]).hex()
    if what == "hkdf":
        return hkdf(*given).hex()
    if what == "scrypt":
        secret, salt, length, n, r, p = given
        return scrypt(secret, salt, length, n=n, r=r, p=p).hex()
    n, e, signature, data = given
    rsa.verify(RsaKey(int.from_bytes(n, "big"), int.from_bytes(e, "big")), signature, data)
    return "verified"


if sys.platform == "emscripten":
    sys.path[:0] = ["/host", "/packages"]
    with open("/cases/cases.json") as file:
        cases = json.load(file)
    with open("/cases/answers.json", "w") as file:
        json.dump([answer(case) for case in cases], file)
