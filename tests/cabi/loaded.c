/* A program that links nothing of ours and hides what it loads: `loaded LIBRARY`. Loads, asks, unloads, twice. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

static unsigned short once(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    unsigned short (*start)(void), (*end)(void), (*words)(char *, size_t *);
    unsigned short code;
    char told[2048];
    size_t size = sizeof told;

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void **)&start = dlsym(library, "SSV_InitLIB");
    *(void **)&end = dlsym(library, "SSV_TermLIB");
    *(void **)&words = dlsym(library, "SSV_DernierMessage");
    code = start();
    if (code != 0 && words(told, &size) == 0)
        printf("%04X : %s\n", code, told);
    if (code == 0)
        code = end();
    dlclose(library);
    return code;
}

int main(int count, char **told)
{
    if (count != 2)
        return 2;
    return once(told[1]) != 0 || once(told[1]) != 0;
}
