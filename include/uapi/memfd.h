/*
 * uapi/memfd.h - memfd_create's flags. Seals: uapi/fcntl.h.
 */
#ifndef UAPI_MEMFD_H
#define UAPI_MEMFD_H

#define MFD_CLOEXEC       0x1u
#define MFD_ALLOW_SEALING 0x2u
#define MFD_HUGETLB       0x4u /* no huge pages: -ENOSYS */
#define MFD_HUGE_SHIFT    26   /* with it: log2 of a huge page begins there */
#define MFD_HUGE_MASK     0x3f

#endif
