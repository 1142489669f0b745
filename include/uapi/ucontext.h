/*
 * uapi/ucontext.h - what a signal handler finds on its stack, and sigreturn
 * reads back: Linux's layout on ARM.
 */
#ifndef UAPI_UCONTEXT_H
#define UAPI_UCONTEXT_H

#include <stdint.h>
#include <uapi/signal.h>

struct sigcontext {
	uint32_t trap_no;    /* of the last fault: 14 an abort */
	uint32_t error_code; /* its FSR; bit 31: a prefetch abort */
	uint32_t oldmask;    /* signals 1..32 that were blocked */
	uint32_t arm_r[13];  /* r0-r12 */
	uint32_t arm_sp;
	uint32_t arm_lr;
	uint32_t arm_pc;
	uint32_t arm_cpsr;
	uint32_t fault_address;
};

struct ucontext {
	uint32_t uc_flags;
	uint32_t uc_link;
	struct sigaltstack uc_stack;
	struct sigcontext uc_mcontext;
	uint32_t uc_sigmask[2];
	uint32_t uc_unused[30];
	/* Records of a magic number and a size each; magic 0 ends them. */
	uint32_t uc_regspace[128] __attribute__((aligned(8)));
};

#define VFP_MAGIC 0x56465001u

/* The record of VFP and NEON registers. */
struct vfp_sigframe {
	uint32_t magic;      /* VFP_MAGIC */
	uint32_t size;       /* sizeof(struct vfp_sigframe) */
	uint64_t fpregs[32]; /* d0-d31 */
	uint32_t fpscr;
	uint32_t pad;
	uint32_t fpexc, fpinst, fpinst2; /* ignored when given back */
} __attribute__((aligned(8)));

/* With the end of all records. */
struct vfp_record {
	struct vfp_sigframe vfp;
	uint32_t end_magic; /* 0 */
};

/* At sp when a handler without SA_SIGINFO starts. */
struct sigframe {
	struct ucontext uc;
	uint32_t retcode[4]; /* unused: the vectors page has code */
};

#define SIGFRAME_FLAGS 0x5ac3c35au /* uc_flags in a struct sigframe */

/* The same with SA_SIGINFO; r1 and r2 point at info and sig.uc. */
struct rt_sigframe {
	struct siginfo info;
	struct sigframe sig;
};

#endif
