"""Runs on a board with writable flash: what a region does, printed line by line."""

import nor

store = nor.Region(3)
found = bytearray(2)


def show():
    store.read(10, found)
    print("%02x%02x" % (found[0], found[1]))


print(store.size, store.page)
show()
store.write(10, b"\x0f\xf0")
show()
store.write(10, b"\xff\x80")
show()
store.erase(0)
show()
for at in (-1, store.size - 1):
    try:
        store.write(at, b"\x00\x00")
    except ValueError:
        print("refused")
