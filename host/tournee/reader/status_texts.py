"""What each status of the reader means to the carer: what happened, the likely cause, what to do. French."""

from tournee.firmware.sesam import codes

_UPDATE = "mettez à jour le lecteur et le logiciel, puis recommencez"
_VERSIONS = "le lecteur et le logiciel ne sont pas de la même version"
_REPORT = "corrigez la facture ou le lot, puis recommencez ; rien n’a été signé"
_BUILD = "anomalie dans la construction de la facture ou du lot"
_SEAT = "remettez la carte, puce en avant, sans la retirer pendant l’échange"
_DIRTY = "carte mal enfoncée, sale ou défectueuse"

#: A card's kind, as the reader counts them.
CARD_KINDS = {1: "CPS", 2: "Vitale", 3: "Vitale 1 (première génération)", 4: "CPS4", 5: "CPS2ter"}

#: By status: message, cause, next step.
STATUS_TEXTS: dict[int, tuple[str, str, str]] = {
    codes.IN_USE: (
        "La carte est occupée par un autre logiciel.",
        "un autre programme (facturation, messagerie, navigateur) tient la carte ou son lecteur",
        "fermez-le, ou retirez puis remettez la carte, et recommencez",
    ),
    codes.ABANDONED: ("L’échange a été abandonné.", "", "relancez l’opération"),
    codes.PROTOCOL: (
        "Le lecteur signale une erreur de protocole.",
        _VERSIONS,
        "débranchez et rebranchez le lecteur",
    ),
    codes.PS_CARD_ABSENT: ("La carte de professionnel de santé est absente.", "", "insérez votre carte CPS"),
    codes.WRONG_CODE: (
        "Le code porteur est faux.",
        "faute de frappe",
        "ressaisissez-le ; après trois codes faux la carte se bloque",
    ),
    codes.PS_CARD_INVALID: (
        "La carte de professionnel de santé n’est pas utilisable.",
        "carte sans numéro de facturation (personnel ou établissement : CPE, CPA ; professionnel en "
        "formation), périmée ou défectueuse",
        "insérez la carte CPS du professionnel qui facture, ou contactez l’ANS",
    ),
    codes.VITALE_ABSENT: ("La carte Vitale est absente.", "", "insérez la carte Vitale du patient"),
    codes.CARD_COMMUNICATION: ("L’échange avec la carte a échoué.", _DIRTY, _SEAT),
    codes.CARD_REMOVED: ("Une carte a été retirée pendant l’échange.", "", _SEAT),
    codes.TEST_REAL_MIXED: (
        "Carte de test et carte réelle mélangées.",
        "l’une des deux cartes est une carte de test",
        "utilisez deux cartes de même nature",
    ),
    codes.INCOHERENT: ("Le lecteur a reçu un message incohérent.", _VERSIONS, _UPDATE),
    codes.DESYNCHRONISED: (
        "Le lecteur et le logiciel ne sont plus d’accord sur l’échange en cours.",
        "une coupure de la liaison",
        "recommencez l’opération : ce qui a été signé ne le sera pas une seconde fois",
    ),
    codes.MALFORMED: ("Le lecteur ne comprend pas un message.", _VERSIONS, _UPDATE),
    codes.UNKNOWN_MESSAGE: ("Le lecteur ne connaît pas une demande.", _VERSIONS, _UPDATE),
    codes.FIELD: ("Il manque une zone à un message, ou il y en a une de trop.", _VERSIONS, _UPDATE),
    codes.TYPE: ("Une zone d’un message n’a pas le bon type.", _VERSIONS, _UPDATE),
    codes.RANGE: ("Une valeur d’un message est hors limites.", _VERSIONS, _UPDATE),
    codes.OVERSIZE: ("Un message est trop long pour le lecteur.", _VERSIONS, _UPDATE),
    codes.SEQUENCE: (
        "La numérotation des échanges avec le lecteur est rompue.",
        "une coupure de la liaison",
        "recommencez l’opération",
    ),
    codes.CHECKSUM: (
        "Un message est arrivé abîmé.",
        "liaison perturbée",
        "rapprochez le lecteur, vérifiez le câble",
    ),
    codes.NO_SESSION: (
        "Le lecteur n’a pas de session ouverte.",
        "le lecteur a redémarré",
        "recommencez l’opération",
    ),
    codes.NOT_CERTIFYING: (
        "Aucune certification n’est en cours dans le lecteur.",
        "le lecteur a redémarré, ou une carte a été changée",
        "recommencez la certification",
    ),
    codes.LAYOUT: ("Une colonne ne suit pas le format.", _BUILD, _REPORT),
    codes.ORDER: ("Un enregistrement n’est pas à sa place.", _BUILD, _REPORT),
    codes.NUMBER: ("Des numéros ne concordent pas entre enregistrements.", _BUILD, _REPORT),
    codes.KEY: ("Une clé de contrôle est fausse.", "numéro mal saisi", _REPORT),
    codes.COUNT: ("Un nombre de lignes ou de factures est faux.", _BUILD, _REPORT),
    codes.TOTAL: ("Un total est faux.", _BUILD, _REPORT),
    codes.CRF: ("Le lot mélange des destinataires (CRF).", _BUILD, _REPORT),
    codes.MODE: (
        "Le mode de sécurisation ne convient pas.",
        "carte Vitale absente, mode mal choisi, ou visite sans lieu des soins",
        _REPORT,
    ),
    codes.EXCLUSION: (
        "FSE enrichie et DRE s’excluent pour une même facture (règle OCT-X).",
        "la facture demande les deux",
        "choisissez l’une ou l’autre",
    ),
    codes.ISSUER: (
        "L’émetteur n’est pas le titulaire de la carte CPS.",
        "la carte insérée est celle d’un autre professionnel, ou d’un remplaçant que la facture ne nomme pas",
        "insérez la carte du professionnel qui facture, ou celle de son remplaçant déclaré",
    ),
    codes.PATIENT: (
        "Le patient n’est pas sur la carte Vitale insérée.",
        "ce n’est pas la carte de ce patient",
        "insérez la carte Vitale du patient, ou passez en mode dégradé",
    ),
    codes.CERTIFICATE: (
        "Un certificat du lot manque ou est faux.",
        f"{_BUILD}, ou facture scellée qui n’est pas contresignée",
        _REPORT,
    ),
    codes.CONFIRMATION: (
        "Ce qui a été lu n’est pas ce qui a été confirmé (nombre ou total).",
        "les factures ont changé depuis la confirmation",
        "vérifiez le nombre et le total, puis recommencez ; rien n’a été signé",
    ),
    codes.LIMIT: (
        "Le lot ou la facture dépasse les limites.",
        "trop de factures ou de lignes",
        "faites plusieurs lots",
    ),
    codes.DATE: (
        "Une date est impossible.",
        "horloge du lecteur non réglée, ou date d’acte à venir",
        "réglez la date du lecteur, vérifiez les dates des actes",
    ),
    codes.CARD_SILENT: (
        "La carte ne répond pas.",
        f"{_DIRTY}, ou carte sans puce",
        f"{_SEAT} ; une carte européenne (CEAM) n’a pas de puce à lire : recopiez sa face dans la visite",
    ),
    codes.CARD_PROTOCOL: ("La carte ne respecte pas son protocole.", _DIRTY, _SEAT),
    codes.CARD_STATUS: (
        "La carte a refusé une commande.",
        "droit manquant ou carte périmée",
        "réinsérez la carte",
    ),
    codes.LOCKED: (
        "La carte CPS n’est pas déverrouillée.",
        "le code porteur n’a pas été saisi depuis l’insertion de la carte, ou un autre programme s’en sert",
        "fermez l’autre programme s’il y en a un, puis saisissez le code porteur",
    ),
    codes.CODE_BLOCKED: (
        "Le code porteur est bloqué.",
        "trois codes faux de suite",
        "débloquez la carte avec l’outil de l’ANS et votre code de déblocage",
    ),
    codes.UNPROTECTED: (
        "Ce lecteur ne parle que par un canal protégé.",
        "le secret de ce lecteur n’est pas enregistré ici",
        "saisissez ou scannez le code de l’étiquette du lecteur",
    ),
    codes.NO_SECRET: (
        "Ce lecteur n’a pas encore de secret.",
        "il n’a pas été préparé par son fabricant",
        "utilisez-le par un câble, sans secret, ou faites-le préparer",
    ),
    codes.RECORD_REFUSED: (
        "Le lecteur n’a pas pu lire un message protégé.",
        "le lecteur a redémarré, ou quelqu’un perturbe la liaison",
        "recommencez l’opération",
    ),
    codes.PROOF: (
        "Le lecteur et ce logiciel n’ont pas le même secret.",
        "le code saisi est celui d’un autre lecteur, ou ce n’est pas votre lecteur qui répond",
        "vérifiez l’étiquette du lecteur ; rien n’a été échangé",
    ),
    codes.HOST_BUSY: (
        "Un autre appareil utilise ce lecteur.",
        "une tablette ou un ordinateur jumelé avec lui est en plein échange",
        "attendez qu’il ait fini ; le lecteur se libère après vingt secondes sans échange",
    ),
    codes.SUITE: ("Le lecteur ne connaît pas cette version du canal protégé.", _VERSIONS, _UPDATE),
    codes.UNKNOWN_CARD: (
        "Carte inconnue du lecteur.",
        "ni CPS ni Vitale, ou génération non gérée",
        "insérez une carte Vitale ou CPS ; pour une carte européenne (CEAM), recopiez sa face dans la visite",
    ),
    codes.WRONG_CARD: (
        "Cette carte n’est pas dans la bonne fente.",
        "carte CPS et carte Vitale interverties",
        "échangez les deux cartes",
    ),
    codes.OUTDATED_CARD: (
        "Cette carte est d’une génération trop ancienne : le lecteur la reconnaît, mais ne peut ni la lire "
        "ni lui faire certifier une facture.",
        "une CPS2ter ne signe pas en SHA-256 ; le contenu d’une Vitale 1 n’est pas publié",
        "carte Vitale 1 : facturez en mode dégradé, le patient doit demander une nouvelle carte ; "
        "carte CPS2ter : demandez à l’ANS une carte CPS3 ou CPS4",
    ),
    codes.OPPOSED_CARD: (
        "La carte Vitale est peut-être en opposition.",
        "le lecteur l’a reconnue dans son filtre, qui se trompe parfois",
        "laissez le logiciel vérifier sur la liste entière ; sans elle, facturez en mode dégradé",
    ),
    codes.OPPOSITION_PIECE: (
        "Le lecteur n’a pas pris la liste d’opposition.",
        "chargement interrompu ou incohérent",
        "chargez-la de nouveau",
    ),
    codes.INTERRUPTED: (
        "L’alimentation du lecteur a été coupée pendant cette signature.",
        "pile vide ou câble débranché ; on ne sait pas si la carte a signé",
        "recommencez : les mêmes données ne peuvent recevoir que la même signature",
    ),
    codes.JOURNAL: (
        "Le lecteur n’arrive plus à écrire dans sa mémoire permanente.",
        "mémoire du lecteur usée ou défectueuse",
        "faites réviser ou remplacez le lecteur ; la carte n’a rien signé qui soit perdu",
    ),
    codes.PROVISIONED: (
        "Le lecteur a déjà son numéro de série.",
        "lecteur déjà mis en service",
        "l’identité du lecteur dit lequel ; il ne se change pas",
    ),
    codes.NO_STORAGE: (
        "Cette carte électronique ne garde rien sans alimentation, ou n’a qu’une banque.",
        "carte sans mémoire permanente",
        "flashez-la par sa propre méthode",
    ),
    codes.IMAGE_DAMAGED: (
        "L’image est endommagée ; l’ancienne continue.",
        "fichier tronqué ou abîmé",
        "reprenez l’image d’origine, puis recommencez",
    ),
    codes.IMAGE_UNSIGNED: (
        "L’image n’est pas signée par le fabricant de ce lecteur ; l’ancienne continue.",
        "image d’un autre fabricant, ou modifiée",
        "signez-la avec la clé dont ce lecteur connaît la moitié publique",
    ),
    codes.IMAGE_BOARD: (
        "L’image est pour une autre carte électronique ; l’ancienne continue.",
        "mauvais fichier",
        "prenez l’image de cette carte",
    ),
    codes.IMAGE_OLDER: (
        "L’image est plus ancienne que ce qui tourne ; l’ancienne continue.",
        "mauvais fichier",
        "prenez une image de même version ou plus récente",
    ),
    codes.IMAGE_WITHDRAWN: (
        "Le fabricant a retiré cette image : son compteur est plus petit ; l’ancienne continue.",
        "image d’avant une correction de sécurité",
        "prenez la dernière image du fabricant",
    ),
    codes.IMAGE_DEVELOPMENT: (
        "L’image est signée avec la clé de développement ; ce lecteur de production la refuse.",
        "image d’essai",
        "signez l’image avec la clé du fabricant",
    ),
    codes.IMAGE_SIZE: (
        "L’image ne tient pas dans une banque du lecteur ; l’ancienne continue.",
        "image trop longue, ou longueur fausse",
        "prenez l’image de cette carte",
    ),
    codes.UPDATE_ORDER: (
        "La mise à jour n’est pas en cours, ou ses morceaux ne se suivent pas.",
        "le lecteur a redémarré pendant la mise à jour",
        "recommencez la mise à jour ; l’ancienne image continue",
    ),
    codes.UNCONFIRMED: (
        "Le lecteur essaie une image qui n’est pas encore confirmée.",
        "mise à jour précédente interrompue avant sa confirmation",
        "confirmez-la ou redémarrez le lecteur pour revenir à l’ancienne",
    ),
}
