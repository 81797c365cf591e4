"""`tournee-maker provision` on the emulated board."""

import pytest

from sesam import codes
from tournee.emulation.board import EmulatedBoard
from tournee.maker.main import main
from tournee.maker.register import ReaderRegister
from tournee.reader import Reader, Refused


def test_provisioned_reader_serves_from_that_command_on_only_who_knows_its_secret(tmp_path):
    register = tmp_path / "register.json"
    with EmulatedBoard(flash=tmp_path / "flash") as board:
        arguments = ["--port", board.link_url, "--register", str(register), "--labels", str(tmp_path)]
        with pytest.raises(SystemExit) as left:
            main(["provision", *arguments, "TRN-1"])
        assert not left.value.code
        with pytest.raises(Refused) as refused:
            Reader.open(board.link_url)
        assert refused.value.status == codes.UNPROTECTED
        with Reader.open(board.link_url, secret=ReaderRegister(register).secret("TRN-1")) as reader:
            assert reader.cards().ps == 0
