"""What the page takes from others is what was promised, or is not taken."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "page"))

import fetched


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The table with another hash for noble."""
    right = "4a398bcc280c8742d474f9162f6d3c153e52ab1078e8ab592b4720410fb3c3e9"
    text = fetched.TABLE.read_text()
    assert right in text
    other = tmp_path / "packages.toml"
    other.write_text(text.replace(right, "0" * 64))
    return other


def test_a_package_is_fetched_once_and_its_files_are_there():
    first = fetched.fetch("@noble/ciphers")
    assert (first / "aes.js").is_file()
    assert fetched.fetch("@noble/ciphers") == first


def test_a_package_of_another_hash_is_refused_and_nothing_is_kept(tmp_path, table):
    with pytest.raises(fetched.NotFetched, match="SHA-256 4a398bcc"):
        fetched.fetch("@noble/ciphers", cache=tmp_path / "cache", table=table)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_package_that_the_table_does_not_hold_is_refused():
    with pytest.raises(fetched.NotFetched, match=r"left-pad is not in packages\.toml"):
        fetched.fetch("left-pad")


def test_pyodide_and_its_codec_come_whole():
    pyodide = fetched.fetch("pyodide")
    assert {"pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"} <= {
        path.name for path in pyodide.iterdir()
    }
    assert list(fetched.fetch("cbor2").glob("cbor2/*.so"))
