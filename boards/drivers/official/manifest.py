"""Manifest for MicroPython's official build: freezes the reader's firmware and a board's drivers.

    make BOARD=RPI_PICO2_W FROZEN_MANIFEST=…/boards/drivers/official/manifest.py (ports/rp2)
    make BOARD=ESP32_GENERIC_S3 FROZEN_MANIFEST=…/boards/drivers/official/manifest.py (ports/esp32)

`board.py` and `release.py` are of one board: `./tools/dev boards values rp2350w …/boards/drivers/official`.
"""

include("$(PORT_DIR)/boards/manifest.py")  # noqa: F821  (the manifest's language)
include("../../../firmware/manifest.py")  # noqa: F821
for name in (
    "contacts.py",
    "console.py",
    "gatt.py",
    "journal_files.py",
    "kept_bonds.py",
    "assembly.py",
    "startup.py",
    "usb_link.py",
    "air_link.py",
    "usb_main.py",
    "air_main.py",
    "board.py",
    "release.py",
):
    module(name)  # noqa: F821
module("native_sha256.py", base_path="..")  # noqa: F821
module("whole_file.py", base_path="..")  # noqa: F821
