/* Every function once in its way, and in all ways that C can get wrong: `every_function READER ARL LIST`. Prints a
 * line for each that does not answer as told; ends with 0 when there is none. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tournee_ssv.h"

#define READER "LECTEUR"
#define CPS "CPS"
#define CODE "1234"
#define NOW "202611161930"

static int wrong;

static void is(int line, unsigned short code, unsigned short told)
{
    char words[1024] = "";
    size_t size = sizeof words;

    if (code == told)
        return;
    SSV_DernierMessage(words, &size);
    printf("line %d: %04X for %04X (%s)\n", line, code, told, words);
    wrong++;
}

static void holds(int line, int truth)
{
    if (!truth) {
        printf("line %d does not hold\n", line);
        wrong++;
    }
}
#define IS(told, call) is(__LINE__, call, told)
#define HOLDS(truth) holds(__LINE__, truth)

static void *const NOWHERE = (void *)1;

/* Before the library is initialised. */
static void before(void)
{
    void *zone = NOWHERE;
    size_t size = 7, room = 0;
    short tries = 7;
    char words[512];

    IS(SSV_NON_INITIALISEE, SSV_TermLIB());
    IS(SSV_NON_INITIALISEE, SSV_LireConfig(&zone, &size));
    HOLDS(zone == NULL && size == 0);
    IS(SSV_NON_INITIALISEE, SSV_TraduireFSE(NULL, 0, &zone, &size));
    IS(SSV_ZONE_PLEINE, SSV_DernierMessage(NULL, &room));
    HOLDS(room > 20 && room < sizeof words);
    IS(SSV_OK, SSV_DernierMessage(words, &room));
    HOLDS(room == strlen(words) && strstr(words, "SSV_InitLIB") != NULL);
    room = 4;
    IS(SSV_ZONE_PLEINE, SSV_DernierMessage(words, &room));
    IS(SSV_PARAMETRE, SSV_DernierMessage(words, NULL));
    room = 4;
    IS(SSV_PARAMETRE, SSV_DernierMessage(NULL, &room));
    IS(SSV_OK, SSV_EssaisRestants(&tries));
    HOLDS(tries == -1);
    IS(SSV_PARAMETRE, SSV_EssaisRestants(NULL));
}

static void memory(void)
{
    void *zone = NULL;

    IS(SSV_OK, SSV_AllouerZoneMem(&zone, 100));
    memset(zone, 'x', 100);
    SSV_LibererZoneMem(zone);
    IS(SSV_OK, SSV_AllouerZoneMem(&zone, 0));
    HOLDS(zone != NULL);
    SSV_LibererZoneMem(zone);
    SSV_LibererZoneMem(NULL);
    IS(SSV_PARAMETRE, SSV_AllouerZoneMem(NULL, 1));
    IS(SSV_PARAMETRE, SSV_AllouerZoneMem(&zone, (size_t)-1));
    HOLDS(zone == NULL);
}

static void zone_builder(void)
{
    unsigned short session = 0, last, number = 9, occurrence = 9, sessions[17], rank;
    char text[8], *endless;
    void *zone;
    size_t size;

    IS(SSV_OK, SGD_ReserverSession(1000, &session));
    IS(SSV_PARAMETRE, SGD_ReserverSession(1000, NULL));
    IS(SSV_PARAMETRE, SGD_ReserverSession(0, &last));
    IS(SSV_PARAMETRE, SGD_ReserverSession((size_t)-1, &last));
    IS(SSV_AUCUN_GROUPE, SGD_AjouterChamp(session, "x"));
    IS(SSV_OK, SGD_AjouterGroupe(session, 1410));
    IS(SSV_PARAMETRE, SGD_AjouterGroupe(session, USHRT_MAX));
    IS(SSV_OK, SGD_AjouterChamp(session, "\xE9t\xE9"));
    IS(SSV_OK, SGD_AjouterChamp(session, ""));
    IS(SSV_OK, SGD_AjouterChampBin(session, "a\0b", 3));
    IS(SSV_OK, SGD_AjouterChampBin(session, NULL, 0));
    IS(SSV_PARAMETRE, SGD_AjouterChamp(session, NULL));
    IS(SSV_PARAMETRE, SGD_AjouterChampBin(session, NULL, 1));
    IS(SSV_PARAMETRE, SGD_AjouterChampBin(session, text, (size_t)-1));
    endless = malloc(70000);
    memset(endless, 'x', 70000);
    IS(SSV_PARAMETRE, SGD_AjouterChamp(session, endless));
    endless[2000] = 0;
    IS(SSV_ZONE_PLEINE, SGD_AjouterChamp(session, endless));
    free(endless);

    IS(SSV_OK, SGD_LireGroupeSuivant(session, 0, 0, &number, &occurrence));
    HOLDS(number == 1410 && occurrence == 1);
    IS(SSV_DERNIER_GROUPE, SGD_LireGroupeSuivant(session, number, occurrence, &number, &occurrence));
    IS(SSV_PARAMETRE, SGD_LireGroupeSuivant(session, 0, 0, NULL, &occurrence));
    size = sizeof text;
    IS(SSV_OK, SGD_LireChamp(session, 1410, 1, 1, text, &size));
    HOLDS(size == 3 && strcmp(text, "\xE9t\xE9") == 0);
    size = 3;
    IS(SSV_ZONE_PLEINE, SGD_LireChamp(session, 1410, 1, 1, text, &size));
    HOLDS(size == 4);
    size = 0;
    IS(SSV_OK, SGD_LireChampBin(session, 1410, 1, 2, NULL, &size));
    size = 3;
    IS(SSV_OK, SGD_LireChampBin(session, 1410, 1, 3, text, &size));
    HOLDS(size == 3 && memcmp(text, "a\0b", 3) == 0);
    IS(SSV_CHAMP_ABSENT, SGD_LireChamp(session, 1410, 1, 9, text, &size));
    IS(SSV_OCCURRENCE_ABSENTE, SGD_LireChamp(session, 1410, 2, 1, text, &size));
    IS(SSV_PARAMETRE, SGD_LireChamp(session, 1410, 1, 1, text, NULL));
    IS(SSV_PARAMETRE, SGD_LireChampBin(session, 1410, 1, 3, NULL, &size));

    IS(SSV_OK, SGD_LibererSession(session));
    IS(SSV_SESSION_INCONNUE, SGD_LibererSession(session));
    IS(SSV_OK, SGD_ReserverSession(100, &session));
    IS(SSV_OK, SGD_ChargerZone(session, "\x05\x82\x02\x01" "3", 5));
    IS(SSV_OK, SGD_LireZone(session, &zone, &size));
    HOLDS(size == 5 && memcmp(zone, "\x05\x82\x02\x01" "3", 5) == 0);
    SSV_LibererZoneMem(zone);
    IS(SSV_ZONE_ILLISIBLE, SGD_ChargerZone(session, "\x05\x82\x7F\x01", 4));
    IS(SSV_PARAMETRE, SGD_ChargerZone(session, NULL, 4));
    IS(SSV_PARAMETRE, SGD_ChargerZone(session, NOWHERE, (size_t)TOURNEE_ZONE_MAX + 1));
    IS(SSV_PARAMETRE, SGD_LireZone(session, NULL, &size));
    IS(SSV_OK, SGD_LibererSession(session));
    for (rank = 0; rank < 16; rank++)
        IS(SSV_OK, SGD_ReserverSession(10, &sessions[rank]));
    IS(SSV_PLUS_DE_SESSION, SGD_ReserverSession(10, &sessions[16]));
    for (rank = 0; rank < 16; rank++)
        IS(SSV_OK, SGD_LibererSession(sessions[rank]));
}

static void cards(void)
{
    void *zone = NOWHERE;
    size_t size;
    short tries;
    char date[TOURNEE_DATE] = "", empty[] = "";

    IS(SSV_OK, SSV_LireConfig(&zone, &size));
    HOLDS(size > 60);
    SSV_LibererZoneMem(zone);
    IS(SSV_OK, SSV_MajDateLecteur(READER, NOW));
    IS(SSV_PARAMETRE, SSV_MajDateLecteur(READER, "demain"));
    IS(SSV_RESSOURCE_INCONNUE, SSV_MajDateLecteur("AUTRE", NOW));
    IS(SSV_PARAMETRE, SSV_MajDateLecteur(READER, NULL));
    IS(SSV_OK, SSV_LireDateLecteur(READER, date));
    HOLDS(strcmp(date, NOW) == 0);
    IS(SSV_PARAMETRE, SSV_LireDateLecteur(READER, NULL));
    IS(SSV_PARAMETRE, SSV_LireCartePS(NULL, READER, CODE, &zone, &size));
    IS(SSV_PARAMETRE, SSV_LireCartePS(CPS, NULL, CODE, &zone, &size));
    IS(SSV_PARAMETRE, SSV_LireCartePS(CPS, READER, NULL, &zone, &size));
    IS(SSV_PARAMETRE, SSV_LireCartePS(CPS, READER, CODE, NULL, &size));
    IS(SSV_PARAMETRE, SSV_LireCartePS(CPS, READER, CODE, &zone, NULL));
    IS(SSV_CODE_FAUX, SSV_LireCartePS(CPS, READER, "9999", &zone, &size));
    HOLDS(zone == NULL && size == 0);
    IS(SSV_OK, SSV_EssaisRestants(&tries));
    HOLDS(tries == 2);
    IS(SSV_OK, SSV_LireCartePS(CPS, READER, CODE, &zone, &size));
    HOLDS(size > 100);
    SSV_LibererZoneMem(zone);
    IS(SSV_OK, SSV_LireDroitsVitale(CPS, READER, empty, empty, &zone, &size));
    SSV_LibererZoneMem(zone);
    IS(SSV_PARAMETRE, SSV_LireDroitsVitale(CPS, READER, CODE, NULL, &zone, &size));
    IS(SSV_PARAMETRE, SSV_FormaterFactures(CPS, READER, CODE, '9', '3', NULL, 0, &zone, &size));
    IS(SSV_PARAMETRE, SSV_FormaterFactures(CPS, READER, CODE, '1', '\xFF', NULL, 0, &zone, &size));
    IS(SSV_GROUPE_ABSENT, SSV_FormaterFactures(CPS, READER, CODE, '1', '3', NULL, 0, &zone, &size));
    IS(SSV_PARAMETRE, SSV_FormaterFactures(CPS, READER, CODE, '1', '3', NULL, 9, &zone, &size));
}

static void many_zones(void)
{
    void *lots[2] = {NOWHERE, NOWHERE}, *given[2] = {NULL, NULL}, *zone;
    size_t lot_sizes[2], sizes[2] = {0, 0}, size;
    short made = 2;

    IS(SSV_GROUPE_ABSENT, SSV_FormaterLot(CPS, READER, CODE, 0, NULL, NULL, &made, lots, lot_sizes));
    HOLDS(made == 0);
    made = 0;
    IS(SSV_PARAMETRE, SSV_FormaterLot(CPS, READER, CODE, 1, given, sizes, &made, lots, lot_sizes));
    made = SHRT_MIN;
    IS(SSV_PARAMETRE, SSV_FormaterLot(CPS, READER, CODE, 1, given, sizes, &made, lots, lot_sizes));
    made = 2;
    IS(SSV_PARAMETRE, SSV_FormaterLot(CPS, READER, CODE, -1, given, sizes, &made, lots, lot_sizes));
    made = 2;
    IS(SSV_PARAMETRE, SSV_FormaterLot(CPS, READER, CODE, 2, given, sizes, &made, NULL, lot_sizes));
    IS(SSV_PARAMETRE, SSV_FormaterLot(CPS, READER, CODE, 2, given, sizes, NULL, lots, lot_sizes));
    IS(SSV_PARAMETRE, SSV_TraduireARL(SHRT_MIN, given, sizes, &zone, &size));
    IS(SSV_PARAMETRE, SSV_TraduireARL(2, NULL, sizes, &zone, &size));
    IS(SSV_PARAMETRE, SSV_TraduireARL(2, given, NULL, &zone, &size));
    sizes[1] = 1;
    IS(SSV_PARAMETRE, SSV_TraduireARL(2, given, sizes, &zone, &size));
    sizes[1] = (size_t)-1;
    given[1] = NOWHERE;
    IS(SSV_PARAMETRE, SSV_TraduireARL(2, given, sizes, &zone, &size));
    IS(SSV_PARAMETRE, SSV_FormaterFichier(NULL, 3, &zone, &size));
    IS(SSV_GROUPE_ABSENT, SSV_FormaterFichier(NULL, 0, &zone, &size));
    IS(SSV_PARAMETRE, SSV_TraduireFSE(NOWHERE, (size_t)-1, &zone, &size));
}

static void translate_arl(const char *path)
{
    char content[4096];
    void *given[1] = {content}, *zone;
    size_t size, sizes[1];
    FILE *file = fopen(path, "rb");

    HOLDS(file != NULL);
    if (file == NULL)
        return;
    sizes[0] = fread(content, 1, sizeof content, file);
    fclose(file);
    IS(SSV_OK, SSV_TraduireARL(1, given, sizes, &zone, &size));
    HOLDS(size > 20);
    SSV_LibererZoneMem(zone);
}

int main(int count, char **told)
{
    if (count != 4)
        return 2;
    memory();
    before();
    zone_builder();
    IS(SSV_PARAMETRE, SSV_DeclarerRessource(READER, CPS, NULL));
    IS(SSV_PARAMETRE, SSV_DeclarerRessource(READER, CPS, "\xFF\xFE"));
    IS(SSV_OK, SSV_DeclarerRessource(READER, CPS, told[1]));
    IS(SSV_PARAMETRE, SSV_DeclarerOpposition(NULL));
    IS(SSV_OK, SSV_DeclarerOpposition(told[3]));
    IS(SSV_OK, SSV_InitLIB());
    IS(SSV_DEJA_INITIALISEE, SSV_InitLIB());
    cards();
    many_zones();
    translate_arl(told[2]);
    IS(SSV_OK, SSV_TermLIB());
    IS(SSV_NON_INITIALISEE, SSV_TermLIB());
    return wrong != 0;
}
