/*
 * uapi/personality.h - the values of personality(2), with Linux's numbers.
 *
 * The lowest byte names a system whose behaviour the task wants (here each is run as
 * PER_LINUX); each bit above it is one behaviour.
 */
#ifndef UAPI_PERSONALITY_H
#define UAPI_PERSONALITY_H

#define PER_LINUX          0x00000000
#define PER_MASK           0x000000ff
#define ADDR_NO_RANDOMIZE  0x00040000 /* no random addresses */
#define READ_IMPLIES_EXEC  0x00400000 /* PROT_READ means PROT_EXEC too */
#define ADDR_LIMIT_32BIT   0x00800000 /* set for every program */
#define ADDR_COMPAT_LAYOUT 0x00200000 /* mmap from the bottom up */
#define STICKY_TIMEOUTS    0x04000000 /* select and ppoll keep their timeout */

#endif
