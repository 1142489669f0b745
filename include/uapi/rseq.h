/*
 * uapi/rseq.h - restartable sequences, as Linux 6.1 has them.
 */
#ifndef UAPI_RSEQ_H
#define UAPI_RSEQ_H

#include <stdint.h>

#define RSEQ_FLAG_UNREGISTER 1u

/* The value of cpu_id while the structure is not registered. */
#define RSEQ_CPU_ID_UNINITIALIZED (~0u)

/* One critical section: code [start_ip, start_ip + post_commit_offset). */
struct rseq_cs {
	uint32_t version; /* 0 */
	uint32_t flags;   /* 0 */
	uint64_t start_ip;
	uint64_t post_commit_offset;
	uint64_t abort_ip; /* the signature stands in the word before it */
} __attribute__((aligned(32)));

/* A thread's structure, in its own memory. */
struct rseq {
	uint32_t cpu_id_start; /* the core; 0 while not registered */
	uint32_t cpu_id;
	uint64_t rseq_cs; /* address of a struct rseq_cs, or 0 */
	uint32_t flags;   /* 0 */
} __attribute__((aligned(32)));

#endif
