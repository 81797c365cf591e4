"""`tournee-maker provision` on the emulated board."""

import pytest

from sesam import codes
from tournee.emulation.board import EmulatedBoard
from tournee.maker.main import main
from tournee.maker.shipping.register import ReaderRegister
from tournee.maker.shipping.register_file import RegisterFile, key_in_file
from tournee.reader import Reader, Refused


def test_provisioned_reader_serves_from_that_command_on_only_who_knows_its_secret(tmp_path):
    register, key = tmp_path / "readers.tnr", tmp_path / "station.key"
    with pytest.raises(SystemExit):
        main(["register", "create", str(register), "--register-key", str(key)])
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        arguments = ["--port", board.link_url, "--labels", str(tmp_path)]
        arguments += ["--register", str(register), "--register-key", str(key)]
        with pytest.raises(SystemExit) as left:
            main(["provision", *arguments, "TRN-1"])
        assert not left.value.code
        with pytest.raises(Refused) as refused:
            Reader.open(board.link_url)
        assert refused.value.status == codes.UNPROTECTED
        made = ReaderRegister(RegisterFile(register, key_in_file(key))).find("TRN-1")
        with Reader.open(board.link_url, secret=made.secret) as reader:
            assert reader.cards().ps == 0
