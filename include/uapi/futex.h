/*
 * uapi/futex.h - fast user-space locks, with Linux's values.
 */
#ifndef UAPI_FUTEX_H
#define UAPI_FUTEX_H

#include <stdint.h>

#define FUTEX_WAIT            0
#define FUTEX_WAKE            1
#define FUTEX_REQUEUE         3
#define FUTEX_CMP_REQUEUE     4
#define FUTEX_WAKE_OP         5
#define FUTEX_LOCK_PI         6
#define FUTEX_UNLOCK_PI       7
#define FUTEX_TRYLOCK_PI      8
#define FUTEX_WAIT_BITSET     9
#define FUTEX_WAKE_BITSET     10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI  12
#define FUTEX_LOCK_PI2        13

#define FUTEX_PRIVATE_FLAG   128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_CMD_MASK       (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

/* FUTEX_WAKE_OP: the operation on the second word, and its comparison. */
#define FUTEX_OP_SET    0
#define FUTEX_OP_ADD    1
#define FUTEX_OP_OR     2
#define FUTEX_OP_ANDN   3
#define FUTEX_OP_XOR    4
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP_CMP_NE 1
#define FUTEX_OP_CMP_LT 2
#define FUTEX_OP_CMP_LE 3
#define FUTEX_OP_CMP_GT 4
#define FUTEX_OP_CMP_GE 5

#define FUTEX_BITSET_MATCH_ANY 0xffffffffu

/* The bits in the word of a robust lock. */
#define FUTEX_WAITERS    0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK   0x3fffffffu

#define ROBUST_LIST_LIMIT 2048

/* futex_waitv */
#define FUTEX_32        2
#define FUTEX_WAITV_MAX 128

struct futex_waitv {
	uint64_t val;
	uint64_t uaddr;
	uint32_t flags; /* FUTEX_32, and FUTEX_PRIVATE_FLAG */
	uint32_t __reserved;
};

/* set_robust_list's; an entry begins with the address of the next one. */
struct robust_list_head {
	uint32_t next;            /* the first; the head itself: none */
	int32_t futex_offset;     /* from an entry to its lock, bytes */
	uint32_t list_op_pending; /* entry being put in or out, or 0 */
};

#endif
