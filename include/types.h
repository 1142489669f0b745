/*
 * types.h - the words every file uses.
 *
 * A type tells what kind of address a number is. A phys_addr_t is a physical
 * byte address. A uaddr_t is a virtual address of a user program, and is never
 * dereferenced: only <asm/uaccess.h> turns one into an access. The kernel's own
 * virtual addresses are plain C pointers, or a u32 where they are computed.
 *
 * The host tests compile these files natively, where a pointer has 64 bits.
 * Descriptors and addresses are therefore never kept in an unsigned long, whose
 * size differs.
 */
#ifndef TYPES_H
#define TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * int and not uint32_t, which is long on this toolchain and int on the host:
 * "%u" and "%08x" then mean the same in both.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef u32 phys_addr_t;
typedef u32 uaddr_t;
typedef unsigned int gfp_t; /* GFP_*: how an allocation may go (alloc/alloc.h) */

/* newlib's <sys/cdefs.h> has some of these, and may have come first. */
#undef __packed
#undef __aligned
#undef __section
#undef __noinline
#undef __always_inline
#define __must_check    __attribute__((warn_unused_result))
#define __noreturn      __attribute__((noreturn))
#define __packed        __attribute__((packed))
#define __printf(f, a)  __attribute__((format(printf, f, a)))
#define __aligned(n)    __attribute__((aligned(n)))
#define __section(s)    __attribute__((section(s)))
#define __unused_arg    __attribute__((unused))
#define __weak          __attribute__((weak))
#define __noinline      __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))

/* x, of which the compiler may assume that it is mostly true, or mostly false. */
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* clang-format off */
/* ptr points to a structure's member; the value points to the structure. */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* align is a power of two; x keeps its type. */
#define ALIGN_DOWN(x, align)	((x) & ~((__typeof__(x))(align) - 1))
#define ALIGN_UP(x, align) \
	ALIGN_DOWN((x) + ((__typeof__(x))(align) - 1), (align))
#define IS_ALIGNED(x, align)	(((x) & ((__typeof__(x))(align) - 1)) == 0)
/* clang-format on */

/* Each argument is evaluated once. */
#define min(a, b)                                  \
	({                                         \
		__typeof__(a) min_a_ = (a);        \
		__typeof__(b) min_b_ = (b);        \
		min_a_ < min_b_ ? min_a_ : min_b_; \
	})
#define max(a, b)                                  \
	({                                         \
		__typeof__(a) max_a_ = (a);        \
		__typeof__(b) max_b_ = (b);        \
		max_a_ > max_b_ ? max_a_ : max_b_; \
	})

/*
 * One load, or one store, of a variable that an interrupt handler or another core
 * changes meanwhile: the compiler may neither repeat nor omit nor split it. They
 * give no order between different variables.
 */
#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

/* IS_ENABLED(CONFIG_X): CONFIG_X is always defined, to 0 or 1 (config.h). */
#define IS_ENABLED(option) (option)

#endif
