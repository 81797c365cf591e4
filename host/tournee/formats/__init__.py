"""What only the host reads and writes: 128-byte records, data zones, NOEMIE. On the language of both ends."""
