"""The language of reader and host: CBOR, framing, messages, records, data zones. Imports nothing of ours."""
