/* Eight threads that begin at once, the first call among them, then share one reader: `threads READER`. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tournee_ssv.h"

#define THREADS 8
#define ROUNDS 60

static const char *reader;
static pthread_barrier_t together;

/* What went wrong, or NULL; reads counts by `done`. */
typedef struct {
    const char *wrong;
    int read, busy;
} told;

static const char *build(char mark)
{
    char field[40], back[40], words[512];
    unsigned short session, again;
    size_t size;
    int rank;

    memset(field, mark, sizeof field);
    field[sizeof field - 1] = 0;
    for (rank = 0; rank < ROUNDS; rank++) {
        if (SGD_ReserverSession(4000, &session) != SSV_OK || SGD_AjouterGroupe(session, 9999) != SSV_OK)
            return "no session";
        if (SGD_AjouterChamp(session, field) != SSV_OK)
            return "no field";
        size = sizeof back;
        if (SGD_LireChamp(session, 9999, 1, 1, back, &size) != SSV_OK || strcmp(field, back) != 0)
            return "another thread's field";
        if (SGD_LireChamp(session, (unsigned short)mark, 1, 1, back, &size) != SSV_CHAMP_ABSENT)
            return "a group that nobody added";
        size = sizeof words;
        sprintf(back, "groupe %d ", mark);
        if (SSV_DernierMessage(words, &size) != SSV_OK || strstr(words, back) == NULL)
            return "another thread's message";
        again = session;
        if (SGD_LibererSession(again) != SSV_OK)
            return "another thread's session";
    }
    return NULL;
}

static void *work(void *given)
{
    told *mine = given;
    void *zone;
    size_t size;
    unsigned short code;

    pthread_barrier_wait(&together);
    code = SSV_InitLIB();
    if (code == SSV_OK)
        mine->read = 100;
    else if (code != SSV_DEJA_INITIALISEE)
        mine->wrong = "SSV_InitLIB";
    pthread_barrier_wait(&together);
    code = SSV_LireCartePS("CPS", "LECTEUR", "1234", &zone, &size);
    if (code == SSV_OK) {
        mine->read++;
        SSV_LibererZoneMem(zone);
    } else if (code == SSV_EXCLUSIVITE)
        mine->busy++;
    else
        mine->wrong = "SSV_LireCartePS";
    if (mine->wrong == NULL)
        mine->wrong = build((char)('A' + (mine->read + mine->busy) % 26));
    return NULL;
}

static void *declare(void *given)
{
    (void)given;
    return SSV_DeclarerRessource("LECTEUR", "CPS", reader) == SSV_OK ? NULL : (void *)"declared";
}

int main(int count, char **arguments)
{
    pthread_t threads[THREADS];
    told all[THREADS];
    void *wrong;
    int rank, read = 0, busy = 0, failed = 0;

    if (count != 2)
        return 2;
    reader = arguments[1];
    for (rank = 0; rank < THREADS; rank++)
        pthread_create(&threads[rank], NULL, declare, NULL);
    for (rank = 0; rank < THREADS; rank++) {
        pthread_join(threads[rank], &wrong);
        failed += wrong != NULL;
    }
    pthread_barrier_init(&together, NULL, THREADS);
    memset(all, 0, sizeof all);
    for (rank = 0; rank < THREADS; rank++)
        pthread_create(&threads[rank], NULL, work, &all[rank]);
    for (rank = 0; rank < THREADS; rank++) {
        pthread_join(threads[rank], NULL);
        if (all[rank].wrong != NULL) {
            printf("thread %d: %s\n", rank, all[rank].wrong);
            failed++;
        }
        read += all[rank].read;
        busy += all[rank].busy;
    }
    printf("%d initialised, %s read, %d answers\n", read / 100, read % 100 > 0 ? "some" : "none", read % 100 + busy);
    return failed != 0 || SSV_TermLIB() != SSV_OK;
}
