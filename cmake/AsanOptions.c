/* AsanOptions.c - What AddressSanitizer must know of the libraries we link.
 *
 * Linked into every program of a sanitized build. Debian's LLVM is not
 * instrumented: its allocators, inlined into our code, poison memory that the
 * library then uses without unpoisoning it.
 */

const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allow_user_poisoning=0"; }
