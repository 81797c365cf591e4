"""What is frozen into, or installed beside, MicroPython: the modules that a device loads."""

package(  # noqa: F821  (the manifest's language)
    "sesam",
    (
        "__init__.py",
        "cbor.py",
        "codes.py",
        "frame.py",
        "keys.py",
        "layout.py",
        "messages.py",
        "port.py",
        "record_table.py",
        "zone_walk.py",
    ),
)
package(  # noqa: F821
    "reader",
    (
        "__init__.py",
        "arena.py",
        "atr.py",
        "card.py",
        "certify.py",
        "channel.py",
        "core.py",
        "cps.py",
        "fields.py",
        "files.py",
        "invoice.py",
        "journal.py",
        "line.py",
        "link.py",
        "lot.py",
        "recognise.py",
        "service.py",
        "sha256.py",
        "signing.py",
        "t0.py",
        "t1.py",
        "vitale.py",
    ),
)
