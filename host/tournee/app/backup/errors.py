"""What may be wrong with a backup, each told for what it is; whoever raises one has changed nothing."""

from __future__ import annotations

from tournee.errors import StoreError


class BackupError(StoreError):
    """A backup could not be made, read or put back."""


_OTHER = "prenez une autre sauvegarde, ou une autre copie de celle-ci"


def not_a_backup(why: str) -> BackupError:
    """The file is something else."""
    return BackupError(
        "Ce fichier n’est pas une sauvegarde de Tournée.",
        cause=why,
        next_step="indiquez celui que la sauvegarde a écrit ; rien n’a été changé",
    )


def newer(what: str) -> BackupError:
    """A later Tournée made it."""
    return BackupError(
        f"Cette sauvegarde vient d’un Tournée plus récent ({what}).",
        next_step="mettez Tournée à jour, puis recommencez ; rien n’a été changé",
    )


def partial(there: int, whole: int) -> BackupError:
    """Its end lacks."""
    return BackupError(
        f"Cette sauvegarde est incomplète : {there} octets sur {whole}.",
        cause="la copie du fichier a été coupée, ou son début est abîmé",
        next_step=f"{_OTHER} ; rien n’a été changé",
    )


def extended(there: int, whole: int) -> BackupError:
    """Something stands behind its end."""
    return BackupError(
        f"Cette sauvegarde a {there - whole} octets de trop.",
        cause="quelque chose a été ajouté à la fin, ou son début est abîmé",
        next_step=f"{_OTHER} ; rien n’a été changé",
    )


def not_opened() -> BackupError:
    """The passphrase does not open its head: the same words whatever was typed."""
    return BackupError(
        "La phrase de passe n’ouvre pas cette sauvegarde.",
        cause="ce n’est pas la bonne, ou le début du fichier est abîmé",
        next_step="tapez-la de nouveau ; sans elle, personne ne peut lire ce fichier ; rien n’a été changé",
    )


def altered() -> BackupError:
    """Opened by the passphrase, and not as it was written."""
    return BackupError(
        "Cette sauvegarde est abîmée ou a été modifiée.",
        cause="un disque ou une copie défaillante, ou deux fichiers mêlés",
        next_step=f"{_OTHER} ; rien n’a été changé",
    )


def unusable(why: str) -> BackupError:
    """Whole, but its content is not one that Tournée writes."""
    return BackupError(
        "Le contenu de cette sauvegarde n’est pas celui que Tournée écrit.",
        cause=why,
        next_step="n’en restaurez rien si elle vient d’un autre que vous ; rien n’a été changé",
    )
