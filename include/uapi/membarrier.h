/*
 * uapi/membarrier.h - membarrier's commands, each a bit of what QUERY returns.
 */
#ifndef UAPI_MEMBARRIER_H
#define UAPI_MEMBARRIER_H

#define MEMBARRIER_CMD_QUERY                                0
#define MEMBARRIER_CMD_GLOBAL                               0x01
#define MEMBARRIER_CMD_GLOBAL_EXPEDITED                     0x02
#define MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED            0x04
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED                    0x08
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED           0x10
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE          0x20
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 0x40
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ               0x80
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ      0x100

/* With PRIVATE_EXPEDITED_RSEQ: the third argument names the core. */
#define MEMBARRIER_CMD_FLAG_CPU 1

#endif
