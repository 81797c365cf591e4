"""Whether what a release is asked for can be done at all, before any work."""

from __future__ import annotations

from argparse import Namespace

import image_parts
from part import NotReleased

from tournee.boards import image
from tournee.boards.image_keys import URI, is_development
from tournee.files import check_folder
from tournee.french import reason
from tournee.maker.images import password_asked


def check(given: Namespace) -> list[str]:
    """The boards to make. NotReleased or ImageError says what cannot be: folder, boards, keys, counter."""
    if given.folder.exists():
        raise NotReleased(f"{given.folder} is there already")
    there = image_parts.boards()
    if unknown := sorted(set(given.boards) - set(there)):
        raise NotReleased(f"no image for {', '.join(unknown)}: choose among {', '.join(there)}")
    if given.counter is not None and not 0 <= given.counter <= image.COUNTER_MAX:
        raise NotReleased(f"--counter goes from 0 to {image.COUNTER_MAX}, and is {given.counter}")
    if given.wheels is not None and not list(given.wheels.glob("tournee*.whl")):
        raise NotReleased(f"{given.wheels} has no wheel: ./tools/dev wheels {given.wheels}")
    _check_keys(given)
    try:
        check_folder(given.folder.parent)
    except OSError as error:
        raise NotReleased(f"{given.folder} cannot be written: {reason(error)}") from error
    return list(dict.fromkeys(given.boards)) or there


def _check_keys(given: Namespace) -> None:
    key = given.key or str(image.DEVELOPMENT_KEY)
    if given.password_file is not None and given.key is None:
        raise NotReleased("--password-file is of a key: --key")
    if given.password_file is not None or not key.startswith(URI):
        password = password_asked(given.password_file)
        public = image.signer(key, password).public
        if given.production and is_development(public):
            raise NotReleased("--production wants the maker's own key: --key")
    following = image.public_key(given.next_key) if given.next_key is not None else None
    if following is not None and given.production and is_development(following):
        raise NotReleased("--production wants the maker's own next key")
