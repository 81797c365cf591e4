"""What submission and mailbox share: verified TLS, and the ways a server is not reached or not trusted."""

from __future__ import annotations

import errno
import socket
import ssl

from tournee.errors import ExchangeError
from tournee.exchange.mail.visit import MailVisit, VisitOverError, counted_tls
from tournee.exchange.route import Server
from tournee.french import reason
from tournee.printable import line, read_text

NONSENSE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)
"""What a mail library of Python raises when a server's answer makes no sense."""

_LOST = {
    errno.ECONNREFUSED: "rien n’y écoute",
    errno.ECONNRESET: "la connexion a été coupée",
    errno.ECONNABORTED: "la connexion a été coupée",
    errno.EPIPE: "la connexion a été coupée",
    errno.ETIMEDOUT: "pas de réponse à temps",
    errno.EHOSTUNREACH: "aucun réseau n’y mène",
    errno.ENETUNREACH: "aucun réseau n’y mène",
    errno.ENETDOWN: "le réseau est coupé",
}
_OAUTH = ("XOAUTH2", "OAUTHBEARER")


class TransportError(ExchangeError):
    """A mail server was not reached, not trusted, or refused; nothing was handed over."""


class UnreachableError(TransportError):
    """No server answers there, or the link broke before anything was handed over."""


class TlsRefusedError(TransportError):
    """The server offers no TLS, or its certificate does not prove that it is the configured one."""


class AuthRefusedError(TransportError):
    """The server refuses the name or the password, or offers no way to present them."""


def tls_context(server: Server, visit: MailVisit) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and name verified against `server.trust` or the system's authorities; its
    sockets are of `visit`.

    Raises TlsRefusedError when the file of trusted authorities cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=None if server.trust is None else str(server.trust))
    except (OSError, ssl.SSLError) as error:
        raise TlsRefusedError(
            f"Le fichier des autorités de confiance {server.trust} ne peut pas être lu.",
            cause="ce n’est pas du PEM" if isinstance(error, ssl.SSLError) else reason(error),
            next_step="vérifiez ce fichier (PEM) dans la configuration de la messagerie",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return counted_tls(context, visit)


def tls_of(line: object) -> str:
    """Protocol and cipher of a connection, for the log."""
    if not isinstance(line, ssl.SSLSocket):
        return "in clear"
    cipher = line.cipher()
    return f"{line.version()} {cipher[0] if cipher else ''}"


def unreachable(server: Server, error: object) -> UnreachableError:
    """The error for a link that was not made or that broke, or for a visit that had to be cut short."""
    if isinstance(error, (VisitOverError, *NONSENSE)):
        why = (
            str(error) if isinstance(error, VisitOverError) else "le serveur a répondu ce qui n’a pas de sens"
        )
        return UnreachableError(
            f"Le serveur de messagerie {server.address} ne répond pas comme il faut.",
            cause=why,
            next_step="recommencez plus tard, ou parlez-en à votre fournisseur ; rien n’est perdu",
        )
    return UnreachableError(
        f"Le serveur de messagerie {server.address} ne répond pas.",
        cause=f"pas de réseau, serveur arrêté ou adresse fausse ({how_lost(error)})",
        next_step="vérifiez la connexion puis recommencez ; rien n’est perdu",
    )


def how_lost(error: object) -> str:
    """How a link was lost, in French; a server's own words as it wrote them."""
    if isinstance(error, TimeoutError):
        return "pas de réponse à temps"
    if isinstance(error, VisitOverError):
        return str(error)
    if isinstance(error, socket.gaierror):
        return "ce nom n’est celui d’aucun serveur"
    if isinstance(error, OSError) and error.errno in _LOST:
        return _LOST[error.errno]
    code, answer = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", b"")
    if code:
        return line(f"{code} {read_text(answer) if isinstance(answer, bytes) else answer}")
    inner = getattr(error, "__context__", None)  # smtplib says its own of what broke under it
    if isinstance(error, OSError) and isinstance(inner, OSError):
        return how_lost(inner)
    if isinstance(error, (OSError, EOFError)) or not str(error):
        return "la connexion s’est fermée"
    return line(str(error))


def tls_refused(server: Server, error: object) -> TlsRefusedError:
    """The error for a server that cannot be trusted; no password was presented to it."""
    return TlsRefusedError(
        f"Pas de liaison chiffrée sûre avec {server.address} ; aucun mot de passe n’a été envoyé.",
        cause=f"certificat du serveur non reconnu ou chiffrement refusé ({error})",
        next_step="vérifiez le nom du serveur, le port et les autorités de confiance de cette messagerie",
    )


def auth_refused(server: Server, answer: str) -> AuthRefusedError:
    """The error for a name or password that the server does not accept; the password is not in it."""
    return AuthRefusedError(
        f"Le serveur {server.address} refuse l’identification de « {server.username} ».",
        cause=f"mot de passe changé ou mal saisi, ou compte fermé (réponse : {line(answer)})",
        next_step="enregistrez de nouveau le mot de passe de cette messagerie",
    )


def auth_not_offered(server: Server, offered: str) -> AuthRefusedError:
    """The error for a server that offers no way to present a password; `offered` is what it does offer."""
    if any(name in offered.upper() for name in _OAUTH):
        return AuthRefusedError(
            f"Le serveur {server.address} ne prend pas le mot de passe de « {server.username} ».",
            cause="il ne propose que OAuth 2 (XOAUTH2), que Tournée ne parle pas",
            next_step="créez un « mot de passe d’application » chez le fournisseur, ou changez de boîte",
        )
    return auth_refused(server, "le serveur ne propose pas d’identification par mot de passe")


def password_of(server: Server) -> str:
    """The password, asked for now; AuthRefusedError when none is kept or no protocol can carry it."""
    secret = server.password() if server.password is not None else ""
    if not secret or any(character in secret for character in "\0\r\n"):
        raise auth_refused(server, "aucun mot de passe utilisable n’est enregistré")
    return secret
