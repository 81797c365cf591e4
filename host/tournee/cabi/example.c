/* From two cards to a file, by libtournee_ssv: `example READER CODE FILE`, with the test cards infirmiere and moreau.
 *
 * SIMULATION, profile open-1, fictitious persons: bills nobody. The same as tournee/ssv/example.py, to the byte.
 *     cc -o example example.c -L. -ltournee_ssv
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tournee_ssv.h"

#define READER "LECTEUR"
#define CPS "CPS"
#define NOW "202611161930"
#ifndef LOTS
#define LOTS 10 /* that there is room for */
#endif
#define FIELDS 13

typedef struct {
    void *bytes;
    size_t size;
} zone;

typedef struct {
    unsigned short number;
    const char *fields[FIELDS]; /* until the first NULL */
} group;

/* Care to Hugo MOREAU, four years old, on his father's card: FSE and DRE, nothing for the family to pay. */
static const group invoice[] = {
    {1110, {"000000001", "1", "202611150000", "1", "", ""}},
    {1120, {"75600012", "1", "LEFEBVRE", "CLAIRE", "1", "24", "", "", "", "", "", "L"}},
    {1130, {"A", "1820475113042", "45", "202202050000", "1", "6", "00100", ""}},
    {1310, {"01", "021", "0210", "", ""}},
    {1321, {"00", "0099900009", "12345678", "1", "491", "", "", "OC", "MEDEC RADL", "23", "001", "", ""}},
    {1410, {"3"}},
    {1610, {"1", "20261115", "AMI", "150", "1", "335", "503", "60", "302", "503", "201"}},
    {1610, {"2", "20261115", "MAU", "", "1", "135", "135", "60", "81", "135", "54"}},
    {1610, {"3", "20261115", "MIE", "", "1", "315", "315", "60", "189", "315", "126"}},
    {1610, {"4", "20261115", "IFA", "", "1", "275", "275", "60", "165", "275", "110"}},
    {9004, {"20261113", "751000126", "01", "10100001071"}},
};
static const group order[] = {{9003, {"1", NOW}}};

/* End with the library's words where a function did not do its work. */
static void ok(unsigned short code)
{
    char words[2048];
    size_t size = sizeof words;

    if (code == SSV_OK)
        return;
    if (SSV_DernierMessage(words, &size) != SSV_OK)
        words[0] = 0;
    fprintf(stderr, "%04X : %s\n", code, words);
    SSV_TermLIB();
    exit(1);
}

static zone build(const group *groups, size_t count)
{
    unsigned short session;
    size_t rank, field;
    zone made;

    ok(SGD_ReserverSession(65536, &session));
    for (rank = 0; rank < count; rank++) {
        ok(SGD_AjouterGroupe(session, groups[rank].number));
        for (field = 0; field < FIELDS && groups[rank].fields[field] != NULL; field++)
            ok(SGD_AjouterChamp(session, groups[rank].fields[field]));
    }
    ok(SGD_LireZone(session, &made.bytes, &made.size));
    ok(SGD_LibererSession(session));
    return made;
}

static unsigned short opened(zone held)
{
    unsigned short session;

    ok(SGD_ReserverSession(held.size, &session));
    ok(SGD_ChargerZone(session, held.bytes, held.size));
    return session;
}

/* A field's bytes at the end of what is there already. */
static zone append(zone before, unsigned short session, unsigned short number, unsigned short occurrence,
                   unsigned short field)
{
    size_t size = 0;

    if (SGD_LireChampBin(session, number, occurrence, field, NULL, &size) != SSV_ZONE_PLEINE)
        return before; /* empty */
    before.bytes = realloc(before.bytes, before.size + size);
    if (before.bytes == NULL)
        exit(1);
    ok(SGD_LireChampBin(session, number, occurrence, field, (char *)before.bytes + before.size, &size));
    before.size += size;
    return before;
}

/* The certified records of a lot: every 9002, in order. */
static zone records(zone body, zone lot)
{
    unsigned short session = opened(lot), number = 0, occurrence = 0;

    while (SGD_LireGroupeSuivant(session, number, occurrence, &number, &occurrence) == SSV_OK)
        if (number == 9002)
            body = append(body, session, number, occurrence, 1);
    ok(SGD_LibererSession(session));
    return body;
}

static void field_of(unsigned short session, unsigned short number, unsigned short field, char *text, size_t room)
{
    ok(SGD_LireChamp(session, number, 1, field, text, &room));
}

int main(int count, char **told)
{
    zone card, rights, asked, documents, numbers, ends, translated, body = {NULL, 0}, file = {NULL, 0}, parts[LOTS + 1];
    void *given[2], *lots[LOTS];
    size_t sizes[2], lot_sizes[LOTS], whole;
    short made = LOTS, lot;
    unsigned short session;
    char sender[32], key[32], crf[32], how_many[8], length[16], *zones;
    group heads[2] = {{12, {NOW, "000001", NULL, NULL, "TO", "OT", "00000999999998", NULL}}, {14, {NULL}}};
    FILE *out;

    if (count != 4)
        return 2;
    ok(SSV_DeclarerRessource(READER, CPS, told[1]));
    ok(SSV_InitLIB());
    ok(SSV_MajDateLecteur(READER, NOW));
    ok(SSV_LireCartePS(CPS, READER, told[2], &card.bytes, &card.size));
    ok(SSV_LireDroitsVitale(CPS, READER, told[2], NOW, &rights.bytes, &rights.size));
    asked = build(invoice, sizeof invoice / sizeof invoice[0]);
    ok(SSV_FormaterFactures(CPS, READER, told[2], '3', '3', asked.bytes, asked.size, &documents.bytes, &documents.size));
    numbers = build(order, 1);
    given[0] = numbers.bytes, sizes[0] = numbers.size;
    given[1] = documents.bytes, sizes[1] = documents.size;
    ok(SSV_FormaterLot(CPS, READER, told[2], 2, given, sizes, &made, lots, lot_sizes));

    parts[0].bytes = lots[0], parts[0].size = lot_sizes[0];
    session = opened(parts[0]);
    field_of(session, 13, 4, sender, sizeof sender);
    field_of(session, 13, 5, key, sizeof key);
    field_of(session, 13, 3, crf, sizeof crf);
    ok(SGD_LibererSession(session));
    for (lot = 0; lot < made; lot++) {
        parts[lot + 1].bytes = lots[lot], parts[lot + 1].size = lot_sizes[lot];
        body = records(body, parts[lot + 1]);
    }
    sprintf(how_many, "%d", made);
    sprintf(length, "%lu", (unsigned long)body.size);
    heads[0].fields[2] = sender, heads[0].fields[3] = key, heads[0].fields[7] = crf;
    heads[1].fields[0] = how_many, heads[1].fields[1] = length;
    heads[1].fields[2] = "SIMULATION OPEN-1 NE FACTURE PERSONNE";
    parts[0] = build(heads, 2);
    for (whole = 0, lot = 0; lot <= made; lot++)
        whole += parts[lot].size;
    zones = malloc(whole);
    if (zones == NULL)
        return 1;
    for (whole = 0, lot = 0; lot <= made; whole += parts[lot].size, lot++)
        memcpy(zones + whole, parts[lot].bytes, parts[lot].size);
    ok(SSV_FormaterFichier(zones, whole, &ends.bytes, &ends.size));

    session = opened(ends);
    file = append(file, session, 9006, 1, 1);
    file.bytes = realloc(file.bytes, file.size + body.size);
    if (file.bytes == NULL)
        return 1;
    memcpy((char *)file.bytes + file.size, body.bytes, body.size);
    file.size += body.size;
    file = append(file, session, 9006, 1, 2);
    ok(SGD_LibererSession(session));
    ok(SSV_TraduireFSE(file.bytes, file.size, &translated.bytes, &translated.size));
    ok(SSV_TermLIB());

    out = fopen(told[3], "wb");
    if (out == NULL || fwrite(file.bytes, 1, file.size, out) != file.size || fclose(out) != 0)
        return 1;
    printf("Fichier unique de %lu octets (simulation open-1, ne facture personne).\n", (unsigned long)file.size);
    for (lot = 0; lot <= made; lot++)
        SSV_LibererZoneMem(parts[lot].bytes);
    SSV_LibererZoneMem(card.bytes);
    SSV_LibererZoneMem(rights.bytes);
    SSV_LibererZoneMem(asked.bytes);
    SSV_LibererZoneMem(documents.bytes);
    SSV_LibererZoneMem(numbers.bytes);
    SSV_LibererZoneMem(ends.bytes);
    SSV_LibererZoneMem(translated.bytes);
    free(zones);
    free(body.bytes);
    free(file.bytes);
    return 0;
}
