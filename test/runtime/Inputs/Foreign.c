/* A shared object that is no model. Its constructor must not run: a file is
   refused before it is loaded. */

#include <stdlib.h>

__attribute__((constructor)) static void construct(void) {
  setenv("SINTER_TEST_FOREIGN_CODE_RAN", "1", 1);
}

int foreign(void);
int foreign(void) { return 42; }
