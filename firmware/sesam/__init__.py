"""The language of reader and host: CBOR, framing, messages, records, data zones. Imports nothing of ours.

Throughout the code, `profile, Records` and `domain 2.4` are sections of firmware/PROFILE.md; what begins with
`OCT-` is a rule of host/EXCHANGE.md.
"""
