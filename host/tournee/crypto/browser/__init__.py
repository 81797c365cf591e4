"""The back end of the host in a page: JavaScript's AES and scrypt, Python's `pow`, asn1crypto."""
