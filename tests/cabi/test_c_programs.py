"""Programs of C that load `libtournee_ssv`: the example's day, every function, lies, threads, unloading."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from c_programs import compile_program, run

from tournee.emulation import ssv_example

EXAMPLE = Path(str(files("tournee.cabi").joinpath("example.c")))


def test_example_in_c_makes_the_file_that_the_example_in_python_makes(library, board, tmp_path):
    done = run(compile_program(library, EXAMPLE), board.link_url, "1234", tmp_path / "file")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Fichier unique de 6656 octets (simulation open-1, ne facture personne).\n"
    assert (tmp_path / "file").read_bytes() == ssv_example.run()[1].file
