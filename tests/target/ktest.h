/*
 * tests/target/ktest.h - tests inside the kernel, on the machine itself.
 *
 * They are linked into an image of their own, pagewalk-tests, whose process 1
 * (tests/target/kernel_init.c) runs them one by one in registration order,
 * file by file, and prints TAP. A check that fails is named and the test goes
 * on; each test is also checked for leaving as many free pages as it found.
 */
#ifndef TESTS_TARGET_KTEST_H
#define TESTS_TARGET_KTEST_H

#include <types.h>

struct ktest {
	const char *name;
	void (*fn)(void);
	const char *dies_with; /* NULL, or what the oops must say */
	bool debug_only;       /* what must be said only debug builds see */
};

/* Register fn, a static void fn(void). */
#define KTEST(fn)                  KTEST_DIES(fn, NULL)
/*
 * The same for a test that must end in a panic with that text on the log: each
 * gets a boot of its own. The text goes to the test script by `init=/list`.
 */
#define KTEST_DIES(fn, text)       KTEST_REGISTER(fn, text, false)
/* A crime that goes unseen but in a debug build. */
#define KTEST_DEBUG_DIES(fn, text) KTEST_REGISTER(fn, text, true)

#define KTEST_REGISTER(fn, text, debug)                                       \
	static const struct ktest ktest_##fn                                  \
		__attribute__((used, section(".target_tests." __FILE__))) = { \
			#fn, fn, text, debug                                  \
		}

#define KTEST_ASSERT(cond)                                     \
	do {                                                   \
		if (!(cond))                                   \
			ktest_fail(__FILE__, __LINE__, #cond); \
	} while (0)

/* Both values, as numbers, are shown when they differ. */
#define KTEST_EQ(got, want)                                                   \
	do {                                                                  \
		s64 got_ = (s64)(got), want_ = (s64)(want);                   \
		if (got_ != want_)                                            \
			ktest_fail_eq(__FILE__, __LINE__, #got, got_, want_); \
	} while (0)

void ktest_fail(const char *file, int line, const char *what);
void ktest_fail_eq(const char *file, int line, const char *what, s64 got,
		   s64 want);

#endif
