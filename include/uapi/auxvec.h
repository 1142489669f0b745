/*
 * uapi/auxvec.h - the auxiliary vector: what a new program finds about itself and
 * the machine.
 *
 * Pairs of words above the environment pointers on the new stack, the last
 * one AT_NULL. Linux's numbers; HWCAP bits are those of Linux on ARM.
 */
#ifndef UAPI_AUXVEC_H
#define UAPI_AUXVEC_H

#define AT_NULL     0
#define AT_IGNORE   1
#define AT_EXECFD   2
#define AT_PHDR     3 /* program headers, in memory */
#define AT_PHENT    4 /* bytes of one */
#define AT_PHNUM    5
#define AT_PAGESZ   6
#define AT_BASE     7 /* load address of the interpreter, or 0 */
#define AT_FLAGS    8
#define AT_ENTRY    9
#define AT_UID      11
#define AT_EUID     12
#define AT_GID      13
#define AT_EGID     14
#define AT_PLATFORM 15 /* string "v7l" */
#define AT_HWCAP    16
#define AT_CLKTCK   17 /* times(2) ticks per second */
#define AT_SECURE   23
#define AT_RANDOM   25 /* 16 random bytes */
#define AT_HWCAP2   26
#define AT_EXECFN   31 /* string: the path as execve got it */

/*
 * As on Linux no bit stands for SWP: a core with LDREX has a better instruction.
 * HWCAP_THUMBEE is defined by Linux alone (docs/user-registers.md).
 */
#define HWCAP_HALF      (1 << 1)
#define HWCAP_THUMB     (1 << 2)
#define HWCAP_FAST_MULT (1 << 4)
#define HWCAP_VFP       (1 << 6)
#define HWCAP_EDSP      (1 << 7)
#define HWCAP_THUMBEE   (1 << 11)
#define HWCAP_NEON      (1 << 12)
#define HWCAP_VFPv3     (1 << 13)
#define HWCAP_VFPv3D16  (1 << 14) /* D0-D15 only */
#define HWCAP_TLS       (1 << 15)
#define HWCAP_VFPv4     (1 << 16)
#define HWCAP_IDIVA     (1 << 17) /* SDIV, UDIV in ARM state */
#define HWCAP_IDIVT     (1 << 18) /* and in Thumb state */
#define HWCAP_VFPD32    (1 << 19)
#define HWCAP_LPAE      (1 << 20) /* aligned LDRD, STRD are atomic */

#endif
