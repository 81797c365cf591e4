"""Backups: the whole of a practice in one file sealed by a passphrase, and back again on any machine."""

from tournee.app.backup.archive import Manifest
from tournee.app.backup.errors import BackupError
from tournee.app.backup.making import Made, check_backup, make_backup
from tournee.app.backup.passphrase import check_passphrase
from tournee.app.backup.restoring import Restored, restore_backup

__all__ = [
    "BackupError",
    "Made",
    "Manifest",
    "Restored",
    "check_backup",
    "check_passphrase",
    "make_backup",
    "restore_backup",
]
