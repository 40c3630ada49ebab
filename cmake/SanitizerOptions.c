/* SanitizerOptions.c - What the sanitizers must know of this project.
 *
 * Linked into every program of a sanitized build. Debian's LLVM is not
 * instrumented: its allocators, inlined into our code, poison memory that the
 * library then uses without unpoisoning it. And an allocation of an absurd
 * size is answered with null, as everywhere else, not with an abort.
 */

const char *__asan_default_options(void);
const char *__asan_default_options(void) {
  return "allow_user_poisoning=0:allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void) { return "allocator_may_return_null=1"; }
