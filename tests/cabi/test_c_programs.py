"""Programs of C that load `libtournee_ssv`: the example's day, every function, lies, threads, unloading."""

from __future__ import annotations

import subprocess
import sys
import venv
from importlib.resources import files
from pathlib import Path

from c_programs import compile_program, run

from tournee.emulation import ssv_example
from tournee.emulation.board import EmulatedBoard
from tournee.emulation.cards import load_card

HERE = Path(__file__).parent
ARL = HERE.parent / "vectors" / "returns" / "arl_lots.txt"
EXAMPLE = Path(str(files("tournee.cabi").joinpath("example.c")))


def test_example_in_c_makes_the_file_that_the_example_in_python_makes(library, board, tmp_path):
    done = run(compile_program(library, EXAMPLE), board.link_url, "1234", tmp_path / "file")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Fichier unique de 6656 octets (simulation open-1, ne facture personne).\n"
    assert (tmp_path / "file").read_bytes() == ssv_example.run()[1].file


def test_lots_that_find_no_room_are_counted_and_none_is_given_out(library, board, tmp_path):
    done = run(compile_program(library, EXAMPLE, "-DLOTS=1"), board.link_url, "1234", tmp_path / "file")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("F804 : 2 lots pour 1 prévus ; aucun n’est rendu.")


def arl() -> bytes:
    lines = ARL.read_text("ascii").splitlines()
    return b"".join(line[1:-1].encode("ascii") for line in lines if line.startswith("|"))


def test_every_function_answers_as_told_and_survives_what_c_gets_wrong(library, tmp_path):
    (tmp_path / "arl").write_bytes(arl())
    told = (tmp_path / "arl", tmp_path / "liste")
    with EmulatedBoard() as board:
        board.insert("ps", load_card("infirmiere"))
        board.insert("vitale", load_card("moreau"))
        done = run(compile_program(library, HERE / "every_function.c"), board.link_url, *told)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_threads_that_begin_at_once_share_one_library_and_no_answer(library, board):
    done = run(compile_program(library, HERE / "threads.c"), board.link_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 initialised, some read, 8 answers\n"


def test_program_that_hides_what_it_loads_loads_and_unloads_twice_without_a_word(library):
    done = run(compile_program(library, HERE / "loaded.c"), library.binary)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def cabi_build(folder: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command as it is typed, in a Python that lacks what `before` takes away."""
    code = f"import sys; {before}; from tournee.cli.main import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "cabi", "build", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_command_without_the_extra_says_in_one_line_what_to_install_and_makes_nothing(tmp_path):
    done = cabi_build(tmp_path / "lib", before="sys.modules['setuptools'] = None")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1].endswith("exécutez pip install 'tournee[cabi]'")
    assert not (tmp_path / "lib").exists()


def test_command_without_a_compiler_says_so_and_makes_nothing(tmp_path):
    done = cabi_build(tmp_path / "lib", before="import os; os.environ['CC'] = '/no/compiler'")
    assert done.returncode == 3
    assert "La bibliothèque ne se compile pas" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "lib").exists()


def test_library_says_why_when_its_python_is_gone_and_starts_another_that_is_named(library, tmp_path):
    program = compile_program(library, HERE / "loaded.c")
    gone = run(program, library.binary, TOURNEE_PYTHON="/no/python")
    assert (gone.returncode, gone.stderr) == (1, "")
    assert gone.stdout.startswith("E6FF : Python n’est pas à « /no/python » : nommez-le par TOURNEE_PYTHON")
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    without = run(program, library.binary, TOURNEE_PYTHON=str(bare / "bin" / "python"))
    assert (without.returncode, without.stderr) == (1, "")
    assert without.stdout == (
        "E6FF : Il manque _cffi_backend à ce Python : exécutez pip install 'tournee[cabi]'\n"
    )
