/*
 * uapi/securebits.h - how capabilities depend on user ids (PR_SET_SECUREBITS),
 * as in Linux. Each bit has a lock, the next higher one.
 */
#ifndef UAPI_SECUREBITS_H
#define UAPI_SECUREBITS_H

#define SECBIT_NOROOT               0x1  /* execve gives root nothing */
#define SECBIT_NO_SETUID_FIXUP      0x4  /* uids change no capabilities */
#define SECBIT_KEEP_CAPS            0x10 /* permitted ones survive setuid */
#define SECBIT_NO_CAP_AMBIENT_RAISE 0x40
#define SECURE_ALL_BITS             0x55
#define SECURE_ALL_LOCKS            (SECURE_ALL_BITS << 1)

#endif
