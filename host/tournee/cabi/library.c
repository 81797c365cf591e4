/* What of libtournee_ssv is C by hand: Python started once, memory of zones, the last message where there is
 * no Python to tell it. It stands between cffi's own code and what tournee.cabi.declarations makes of the table,
 * which defines TOURNEE_PYTHON, TOURNEE_FAILED and SSV_API before it.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <io.h>
#include <windows.h>
#define access _access
#define X_OK 0
static SRWLOCK tournee_lock = SRWLOCK_INIT;
#define TOURNEE_LOCK() AcquireSRWLockExclusive(&tournee_lock)
#define TOURNEE_UNLOCK() ReleaseSRWLockExclusive(&tournee_lock)
#else
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
static pthread_mutex_t tournee_lock = PTHREAD_MUTEX_INITIALIZER;
#define TOURNEE_LOCK() pthread_mutex_lock(&tournee_lock)
#define TOURNEE_UNLOCK() pthread_mutex_unlock(&tournee_lock)
#endif

static char tournee_why[512]; /* why the library does not start: empty once it has, or before it tries */
static int tournee_tried;     /* under the lock */
static int tournee_own;       /* Python is ours: no program started it before us */

/* Called by Python too: why nothing will work. */
static void tournee_refuse(const char *why)
{
    snprintf(tournee_why, sizeof tournee_why, "%s", why);
}

static int tournee_is_own(void)
{
    return tournee_own;
}

/* Characters before the zero that ends a text, at most `most`; most + 1 where none is found. */
static size_t tournee_length(const char *text, size_t most)
{
    const char *end = memchr(text, 0, most + 1);
    return end == NULL ? most + 1 : (size_t)(end - text);
}

/* Python as the environment has it for which this library was built, or that TOURNEE_PYTHON names. */
static void tournee_start_python(void)
{
    const char *python = getenv("TOURNEE_PYTHON");
    PyPreConfig before;
    PyConfig config;
    PyStatus status;

    if (python == NULL || *python == 0)
        python = TOURNEE_PYTHON;
    if (access(python, X_OK) != 0) {
        snprintf(tournee_why, sizeof tournee_why,
                 "Python n’est pas à « %.300s » : nommez-le par TOURNEE_PYTHON, ou reconstruisez la bibliothèque.",
                 python);
        return;
    }
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    status = Py_PreInitialize(&before);
    PyConfig_InitIsolatedConfig(&config); /* no signal handler, no variable PYTHON…, no argument */
    if (!PyStatus_Exception(status))
        status = PyConfig_SetBytesString(&config, &config.program_name, python);
    if (!PyStatus_Exception(status))
        status = PyConfig_SetBytesString(&config, &config.executable, python);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status)) {
        snprintf(tournee_why, sizeof tournee_why, "Python ne démarre pas à « %.200s » : %.200s", python,
                 status.err_msg == NULL ? "?" : status.err_msg);
        return;
    }
    tournee_own = 1;
    PyEval_SaveThread();
}

/* Whether the modules that answer are there: else cffi would say so on stderr, by a traceback. */
static void tournee_find_modules(void)
{
    static const char *const needed[] = {"_cffi_backend", "tournee.cabi.answers"};
    PyGILState_STATE held = PyGILState_Ensure();
    PyObject *module;
    size_t rank;

    for (rank = 0; rank < sizeof needed / sizeof needed[0] && tournee_why[0] == 0; rank++) {
        module = PyImport_ImportModule(needed[rank]);
        if (module == NULL) {
            PyErr_Clear();
            snprintf(tournee_why, sizeof tournee_why,
                     "Il manque %s à ce Python : exécutez pip install 'tournee[cabi]'", needed[rank]);
        }
        Py_XDECREF(module);
    }
    PyGILState_Release(held);
}

static void tournee_start(void)
{
#if defined(RTLD_NOLOAD) && !defined(_WIN32)
    Dl_info found; /* Python's extensions look for its names among all: a plain dlopen of us hides them */
    if (dladdr((void *)(uintptr_t)&Py_IsInitialized, &found) != 0 && found.dli_fname != NULL)
        (void)dlopen(found.dli_fname, RTLD_LAZY | RTLD_GLOBAL | RTLD_NOLOAD);
#endif
    if (!Py_IsInitialized())
        tournee_start_python();
    if (tournee_why[0] == 0)
        tournee_find_modules();
    if (tournee_why[0] == 0 && cffi_start_python() != 0 && tournee_why[0] == 0)
        tournee_refuse("Les fonctions de tournee ne démarrent pas.");
}

typedef struct {
#ifndef _WIN32
    sigset_t before;
    int pending;
#else
    int unused;
#endif
} tournee_call;

/* Begin a call: Python is there, and a reader that is gone ends no program by SIGPIPE. 0, or TOURNEE_FAILED. */
static unsigned short tournee_enter(tournee_call *call)
{
    unsigned short code;
#ifndef _WIN32
    sigset_t broken, pending;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    sigpending(&pending);
    call->pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &call->before);
#else
    call->unused = 0;
#endif
    TOURNEE_LOCK();
    if (!tournee_tried) {
        tournee_tried = 1;
        tournee_start();
    }
    code = tournee_why[0] == 0 ? 0 : TOURNEE_FAILED;
    TOURNEE_UNLOCK();
    return code;
}

static void tournee_leave(tournee_call *call)
{
#ifndef _WIN32
    sigset_t broken, pending;
    int number;

    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    sigpending(&pending);
    if (!call->pending && sigismember(&pending, SIGPIPE))
        sigwait(&broken, &number);
    pthread_sigmask(SIG_SETMASK, &call->before, NULL);
#else
    (void)call;
#endif
}

SSV_API unsigned short SSV_AllouerZoneMem(void **pZone, size_t taille)
{
    if (pZone == NULL)
        return TOURNEE_PARAMETER;
    *pZone = taille > TOURNEE_ZONE_MAX ? NULL : calloc(1, taille == 0 ? 1 : taille);
    return *pZone == NULL ? TOURNEE_PARAMETER : 0;
}

SSV_API void SSV_LibererZoneMem(void *pZone)
{
    free(pZone);
}

static unsigned short tournee_SSV_DernierMessage(char *message, size_t *size);

SSV_API unsigned short SSV_DernierMessage(char *ValeurMessage, size_t *pTailleMessage)
{
    tournee_call call;
    unsigned short code = tournee_enter(&call);
    size_t length = strlen(tournee_why), room;

    if (code == 0)
        code = tournee_SSV_DernierMessage(ValeurMessage, pTailleMessage);
    else if (pTailleMessage == NULL || (ValeurMessage == NULL && *pTailleMessage != 0))
        code = TOURNEE_PARAMETER;
    else {
        room = *pTailleMessage;
        *pTailleMessage = room > length ? length : length + 1;
        code = room > length ? 0 : TOURNEE_FULL;
        if (code == 0)
            memcpy(ValeurMessage, tournee_why, length + 1);
    }
    tournee_leave(&call);
    return code;
}
