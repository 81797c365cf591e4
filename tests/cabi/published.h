/* ssv.h v5 and sgd.h v5 as facts, typed from domain 1.1 and open callers: a second declaration of a function has to
 * agree with the first, or the compiler stops. */
unsigned short SSV_InitLIB(void);
unsigned short SSV_TermLIB(void);
unsigned short SSV_LireConfig(void **, size_t *);
unsigned short SSV_LireCartePS(const char *, const char *, const char *, void **, size_t *);
unsigned short SSV_LireDroitsVitale(const char *, const char *, const char *, const char *, void **, size_t *);
unsigned short SSV_FormaterFactures(const char *, const char *, const char *, char, char, void *, size_t, void **,
                                    size_t *);
unsigned short SSV_FormaterLot(const char *, const char *, const char *, short, void **, size_t *, short *, void **,
                               size_t *);
unsigned short SSV_FormaterFichier(void *, size_t, void **, size_t *);
unsigned short SSV_TraduireARL(short, void **, size_t *, void **, size_t *);
unsigned short SSV_TraduireFSE(void *, size_t, void **, size_t *);
unsigned short SSV_MajDateLecteur(const char *, const char *);
unsigned short SSV_LireDateLecteur(const char *, char *);
unsigned short SSV_AllouerZoneMem(void **, size_t);
void SSV_LibererZoneMem(void *);
unsigned short SGD_ReserverSession(size_t, unsigned short *);
unsigned short SGD_LibererSession(unsigned short);
unsigned short SGD_AjouterGroupe(unsigned short, unsigned short);
unsigned short SGD_AjouterChamp(unsigned short, const char *);
unsigned short SGD_AjouterChampBin(unsigned short, const char *, size_t);
unsigned short SGD_LireGroupeSuivant(unsigned short, unsigned short, unsigned short, unsigned short *,
                                     unsigned short *);
unsigned short SGD_LireChamp(unsigned short, unsigned short, unsigned short, unsigned short, char *, size_t *);
unsigned short SGD_LireChampBin(unsigned short, unsigned short, unsigned short, unsigned short, char *, size_t *);
