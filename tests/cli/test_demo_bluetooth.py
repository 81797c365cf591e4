"""The demonstration over Bluetooth ends like the one over a serial line."""

import subprocess
import sys
from pathlib import Path

TOURNEE = Path(sys.executable).with_name("tournee")


def test_files_over_bluetooth_are_those_over_a_serial_line_byte_for_byte(tmp_path: Path) -> None:
    files = {}
    for link in ("serie", "ble"):
        out = tmp_path / link
        subprocess.run([TOURNEE, "demo", "--link", link, "--out", out], check=True, capture_output=True)
        files[link] = {path.name: path.read_bytes() for path in (out / "clear").iterdir()}
    assert len(files["serie"]) == 2
    assert files["ble"] == files["serie"]
