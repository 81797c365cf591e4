"""The screens: each module has the fragments of one part of the day, and what their buttons do."""

from __future__ import annotations

from starlette.routing import Route

from tournee.web.screens.board import BOARD
from tournee.web.screens.cards import CARDS
from tournee.web.screens.correcting import CORRECTING
from tournee.web.screens.insurer import INSURER
from tournee.web.screens.patients import PATIENTS
from tournee.web.screens.prescribing import PRESCRIBING
from tournee.web.screens.rounds import ROUNDS
from tournee.web.screens.sending import SENDING
from tournee.web.screens.series import SERIES
from tournee.web.screens.services.attestations import ATTESTATIONS
from tournee.web.screens.services.changed_contract import CHANGED_CONTRACT
from tournee.web.screens.services.european import EUROPEAN
from tournee.web.screens.services.insurers import INSURER_SERVICE
from tournee.web.screens.services.new_contract import NEW_CONTRACT
from tournee.web.screens.services.phone import PHONE
from tournee.web.screens.services.pieces import PIECES
from tournee.web.screens.services.replacements import REPLACEMENTS
from tournee.web.screens.services.rights import RIGHTS
from tournee.web.screens.setting_up.backup import BACKUP
from tournee.web.screens.setting_up.code import CODE
from tournee.web.screens.setting_up.first_use import FIRST_USE
from tournee.web.screens.setting_up.joining import JOINING
from tournee.web.screens.setting_up.locking import LOCKING
from tournee.web.screens.setting_up.overview import OVERVIEW
from tournee.web.screens.setting_up.pairing import PAIRING
from tournee.web.screens.setting_up.reader import READER
from tournee.web.screens.setting_up.routes import ROUTES
from tournee.web.screens.setting_up.second_device import SECOND_DEVICE
from tournee.web.screens.setting_up.test_cards import TEST_CARDS
from tournee.web.screens.settling import SETTLING
from tournee.web.screens.signing import SIGNING
from tournee.web.screens.visits import VISITS

SETTING_UP = (
    *BACKUP,
    *CODE,
    *FIRST_USE,
    *JOINING,
    *LOCKING,
    *OVERVIEW,
    *PAIRING,
    *READER,
    *ROUTES,
    *SECOND_DEVICE,
    *TEST_CARDS,
)
SCREENS: tuple[Route, ...] = (
    *ROUNDS,
    *VISITS,
    *SIGNING,
    *CARDS,
    *EUROPEAN,
    *INSURER,
    *INSURER_SERVICE,
    *PATIENTS,
    *ATTESTATIONS,
    *PRESCRIBING,
    *NEW_CONTRACT,
    *CHANGED_CONTRACT,
    *REPLACEMENTS,
    *RIGHTS,
    *BOARD,
    *CORRECTING,
    *PHONE,
    *PIECES,
    *SENDING,
    *SERIES,
    *SETTLING,
    *SETTING_UP,
)
