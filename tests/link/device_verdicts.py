"""Runs on MicroPython: the device's codec over a file of vectors, one status in decimal a line.

Arguments: the firmware's folder, the file.
"""

import sys

sys.path.insert(0, sys.argv[1])

from sesam.cbor import Message

message = Message()
with open(sys.argv[2]) as lines:
    for line in lines:
        if not line.startswith("#"):
            data = line.split(" ")[1]
            data = b"" if data == "-" else bytes.fromhex(data)
            sys.stdout.write(f"{message.parse(data, 0, len(data))}\n")
