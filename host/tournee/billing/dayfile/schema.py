"""The day file's format, told to the carer; the command line prints it."""

DAY_FORMAT = """\
FICHIER D’UNE JOURNÉE

Un fichier TOML, en UTF-8 (ou JSON, avec les mêmes noms, si le nom du fichier finit par .json). Il porte
une table [journee] et une table [[visite]] par patient vu : chaque visite fait une facture. Une visite
qui contient une erreur est refusée, avec chaque faute et sa ligne, et n’arrête pas les autres. Le fichier
corrigé se reprend en entier : chaque visite n’est prise qu’une fois.

    [journee]
    date = 2026-11-16              # jour de la facturation
    ps = "697000230"               # votre numéro de facturation, 8 chiffres et la clé
    profession = "MK"              # IF infirmier, MK masseur-kinésithérapeute

    [[visite]]
    nir = "1820475113042"          # la carte Vitale attendue : le numéro de l’assuré
    cle = "45"                     # facultative quand la carte est lue ; vérifiée si elle est là
    tiers_payant = "total"
    prescription = { date = 2026-11-03, prescripteur = "751000126", rpps = "10100001071" }
    actes = [ { code = "RAM", coefficient = 8.09 } ]
    deplacement = { indemnite = "IFD", kilometres = 15 }

Clés d’une visite
  nir, cle             assuré, comme sur la carte ; pour la Corse, 2A ou 2B
  nom                  du patient, pour que les messages le disent ; rien n’en est facturé
  reference            celle d’un logiciel, unique par professionnel : la visite est reconnue par elle, quoi
                       qu’elle dise ; sans elle, par son contenu
  naissance            choisit un ayant droit de la carte (un enfant, le conjoint) ; sans elle : l’assuré
  rang_naissance       "1", "2"… pour des jumeaux
  actes                liste d’actes, voir plus bas
  heure                "08:15" ; les actes d’un jour et d’une heure font un passage
  lieu                 "domicile", "cabinet", "établissement" ou "à distance" ; sans rien dire : le domicile
                       s’il y a un déplacement ou un forfait BSA, BSB, BSC, le cabinet sinon
  foyer                un nom, le même pour les patients vus ensemble dans un domicile ou un établissement
  deplacement          indemnite : code de l’indemnité forfaitaire (IFA ou IFD, IFI, IFS) ;
                       coefficient : 0.01 pour l’IFI des autres patients dépendants du domicile ;
                       kilometres : aller et retour, l’abattement est déduit (4 km en plaine et à pied, 2 en
                       montagne) ; terrain : "plaine" (sans rien dire), "montagne" ou "pied".
                       Il vaut pour chaque passage : sept actes de sept jours ont sept déplacements
  mode                 "sécurisé" (sans rien dire) ; "visite" : les deux cartes, hors du cabinet, et le lieu
                       est dit ; "désynchronisé" : la Vitale scelle au chevet, votre CPS signe plus tard ;
                       "sans carte" : la carte, lue à une visite d’avant, n’est pas là ; motif, facultatif
  majoration           "N" nuit, "F" dimanche ou jour férié ; une par passage, et l’heure dit quelle nuit
  appel, urgence       heure de l’appel ; true : vous avez été appelé(e) d’urgence
  passage              [[visite.passage]] : un passage de plus, voir plus bas
  palliatif            true : patient en soins palliatifs
  bilan                jour du dernier bilan de soins infirmiers (DI), s’il a été fait ailleurs
  sortie               jour de la sortie d’hôpital (indemnité IFS)
  acces_direct         true : sans prescription, où la loi le permet
  groupe               nombre de patients vus ensemble par le masseur-kinésithérapeute
  accord               accord préalable : { demande = 2026-10-05, reponse = "accordé", le = 2026-10-12 } ;
                       reponse : "accordé", "refusé" ou "silence" (sans rien dire), qui vaut accord après
                       quinze jours ; numero, s’il y en a un
  prescription         date, et prescripteur (numéro de facturation, 9 chiffres), ou rpps (11), ou les deux ;
                       specialite du prescripteur : "01" sans rien dire ; origine : "ville", "établissement",
                       "infirmier" (prescrit par vous) ou "accès direct" ; seances : prescrites ; faites :
                       celles d’avant, faites ailleurs ; duree_mois ; renouvellement = true ; et ce qu’elle
                       exige : domicile = true, nuit = true, quotidien = true (dimanche compris)
  tiers_payant         "non" (sans rien dire), "amo" la caisse, "amc" la complémentaire, "total" les deux
  documents            ["FSE"], ["DRE"] ou ["FSE", "DRE"] ; sans rien dire : d’après les droits de la carte
  contrat              "99" : l’OCT éclate la facture vers l’organisme complémentaire. La FSE est seule, et
                       tiers_payant vaut "non" ou "amo"
  tiers_payant_complementaire   true, avec le contrat 99 : tiers payant sur la part complémentaire
  nature               "maladie" (sans rien dire), "maternité" ou "accident du travail"
  accident             { date = 2026-09-14 } ou { numero = "26091401" }, pour un accident du travail ; sans
                       rien dire : le seul que la carte nomme. La caisse qui le gère est celle qui paie
  ald                  false : soin sans rapport avec l’affection de longue durée de la carte
  exoneration          "3" soins particuliers, "5" assuré exonéré, "7" prévention (100 %), "9" ASPA (80 %)
  regime_local         true : régime local d’Alsace-Moselle, 90 % ; la caisse paie tout en un seul versement
  maternite            { accouchement = 2027-01-10 }, prévu ou réel : 100 % de quatre mois avant à douze jours
                       après ; ou les jours que dit l’attestation, debut et fin
  amc                  organisme complémentaire saisi d’après l’attestation, à la place de celui de la carte :
                       numero (10 chiffres), adherent, indicateur (2 chiffres), routage, hote, c2s,
                       accord_de_gestion (true : la caisse règle les deux parts)
  patient              patient saisi à la main, voir plus bas
  ceam                 carte européenne d’assurance maladie, recopiée de sa face, voir plus bas

Clés d’un acte
  code                 lettre clé ou forfait : AMI, AMX, BSB, MAU, RAM, NMI…
  coefficient          pour les lettres clés : 1.5 ; lettre, coefficient et jour nomment l’acte
  acte                 son nom ("Prise de sang") ou son identifiant ; seul, il donne lettre et coefficient ;
                       avec eux, il choisit entre les actes qui les partagent
  derogation           exception à l’article 11B : "5bis" patient sous insuline, "prelev" prise de sang,
                       "vaccin" vaccination à domicile, "analgesie" avant un pansement lourd, "perf"
                       perfusions courte et longue, "postop" suites d’opération ; "plaie" : bilan d’une autre
                       plaie, ou d’une récidive
  quantite             1 sans rien dire
  date, heure          si le soin n’est pas du jour de la journée (série d’actes) ou de l’heure de la visite
  complement           "N" nuit, "F" dimanche ou jour férié : la majoration de son passage
  exoneration          "7" : vaccination ou autre soin de prévention, et les autres comme pour la visite
  honoraires           montant demandé s’il n’est pas celui du tarif, avec :
  qualificatif         "D" exigence du patient, "E" entente directe, "G" gratuit, "N" non remboursable

Plusieurs passages d’une visite, comme un jour de forfait :
    [[visite.passage]]
    heure = "08:00"
    actes = [ { code = "BSB" }, { acte = "Injection d’insuline" } ]
    deplacement = { indemnite = "IFI" }

    [[visite.passage]]
    heure = "19:00"                # aussi : date, lieu, foyer, majoration, appel, urgence
    actes = [ { acte = "Injection d’insuline" } ]
    deplacement = { indemnite = "IFI" }

Sans carte, ou carte illisible : le patient est saisi à la main, nir, cle et naissance compris.
    [visite.patient]
    mode = "dégradé"               # la carte est là et ne se lit pas ; sinon "sans carte"
    motif = "puce illisible"
    nom = "MARTINEZ"
    prenom = "PAUL"
    regime = "01"
    caisse = "041"
    centre = "0000"
    # facultatifs : rang (3 chiffres), qualite (1 chiffre), ald (true), c2s (true : gérée par la caisse)
    # attestation d’AME : 100 %, en tiers payant ; mode et motif deviennent facultatifs
    # ame = { debut = 2026-03-01, fin = 2027-02-28 }

Remplaçant : les soins sont de lui, la facture est au numéro de la personne remplacée, qui est payée.
    [remplacement]
    remplace = "756000122"         # numéro de la personne remplacée ; sans rien dire : celui de la [journee]
    nom_remplace = "Claire LEFEBVRE"
    rpps = "10100000040"           # du remplaçant, comme sur sa carte
    nom = "Inès FAURE"
    du = 2026-11-16                # de ce jour
    au = 2026-11-29                # à celui-ci, compris ; ou plusieurs sessions = [ { du = …, au = … } ]
    jours = ["lundi", "mardi"]     # facultatif : ces jours de la semaine seulement

Carte européenne (CEAM) d’un patient assuré ailleurs en Europe : sa face se recopie, sans nir ni tiers payant.
La visite est hors télétransmission : ni FSE ni lot ; le patient paie, et reçoit une feuille de soins.
    [visite.ceam]
    pays = "DE"                            # champ 2 : deux lettres, ou le nom du pays
    nom = "MUSTER"                         # champ 3
    prenom = "ERIKA"                       # champ 4
    naissance = 1964-08-12                 # champ 5
    numero_personnel = "X000000019"        # champ 6
    institution = "000000019"              # champ 7, le numéro
    sigle = "KASSE"                        # champ 7, les lettres
    numero_carte = "80276000010000000019"  # champ 8, 20 chiffres
    expiration = 2028-03-31                # champ 9 ; la carte doit être valable le jour du soin
    # debut = 2026-10-01                   # certificat provisoire : premier jour ; numero_carte facultatif

Plusieurs actes infirmiers d’un même passage : le plus cher à taux plein, le deuxième à moitié, les suivants
gratuits (article 11B). Un seul forfait BSA, BSB ou BSC par patient et par jour.
"""
