"""The cryptography that the host works with: one port, two back ends, chosen by where the host runs.

`native`, on the package `cryptography`: wherever that can be installed. `browser`, for the host in a tablet's
page: AES and scrypt in JavaScript (the noble libraries, through the module `tournee_door` that the page
registers), RSA with a public key by `pow`, certificates by asn1crypto. `ciphers`, `rsa`, `certificates` and
`derivation` give what the back end of this place has; both give the same bytes and refuse the same inputs
(`tests/crypto`), and nobody else imports `cryptography` but who never runs in a page.

What the browser's back end is not: constant in time. AES by noble looks up tables, so another program on the
tablet's processor might learn of a key by timing its cache; WebCrypto would not have that, but each of its
answers has to be waited for. Public RSA operations by `pow` take public numbers, except the content key
that is sealed, once each. An operation with an RSA private key would repeat over a secret: there is none.
"""

import sys

IS_NATIVE = sys.platform != "emscripten"
"""Whether the back end is the one that may hold a private key."""
