/*
 * uapi/fcntl.h - opening files, with Linux's values for ARM.
 *
 * ARM differs from most: O_DIRECTORY, O_NOFOLLOW, O_DIRECT and O_LARGEFILE
 * have values of their own. Octal, as Linux writes them.
 */
#ifndef UAPI_FCNTL_H
#define UAPI_FCNTL_H

#define O_ACCMODE   03
#define O_RDONLY    00
#define O_WRONLY    01
#define O_RDWR      02
#define O_CREAT     0100
#define O_EXCL      0200
#define O_NOCTTY    0400
#define O_TRUNC     01000
#define O_APPEND    02000
#define O_NONBLOCK  04000
#define O_DSYNC     010000
#define FASYNC      020000 /* O_ASYNC of C libraries */
#define O_DIRECTORY 040000
#define O_NOFOLLOW  0100000
#define O_DIRECT    0200000
#define O_LARGEFILE 0400000
#define O_NOATIME   01000000
#define O_CLOEXEC   02000000
#define O_SYNC      04010000
#define O_PATH      010000000
#define O_TMPFILE   020040000 /* and O_DIRECTORY */

#define F_DUPFD         0
#define F_GETFD         1
#define F_SETFD         2
#define F_GETFL         3
#define F_SETFL         4
#define F_GETLK         5
#define F_SETLK         6
#define F_SETLKW        7
#define F_SETOWN        8
#define F_GETOWN        9
#define F_SETSIG        10
#define F_GETSIG        11
#define F_GETLK64       12
#define F_SETLK64       13
#define F_SETLKW64      14
#define F_SETOWN_EX     15
#define F_GETOWN_EX     16
#define F_OFD_GETLK     36
#define F_OFD_SETLK     37
#define F_OFD_SETLKW    38
#define F_SETPIPE_SZ    1031
#define F_GETPIPE_SZ    1032
#define F_DUPFD_CLOEXEC 1030
#define F_ADD_SEALS     1033
#define F_GET_SEALS     1034
#define FD_CLOEXEC      1

/* F_SETOWN_EX and F_GETOWN_EX: the kind of owner. */
#define F_OWNER_TID  0
#define F_OWNER_PID  1
#define F_OWNER_PGRP 2

#ifndef __ASSEMBLER__
struct f_owner_ex {
	int type; /* F_OWNER_* */
	int pid;  /* 0: there is no owner */
};
#endif

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2

#define LOCK_SH   1
#define LOCK_EX   2
#define LOCK_NB   4
#define LOCK_UN   8
#define LOCK_MAND 32 /* ignored */

/* F_ADD_SEALS: what is forbidden for a memfd from then on. */
#define F_SEAL_SEAL         0x01 /* add seals */
#define F_SEAL_SHRINK       0x02
#define F_SEAL_GROW         0x04
#define F_SEAL_WRITE        0x08 /* any store; needs: no writable mapping */
#define F_SEAL_FUTURE_WRITE 0x10 /* any but through existing mappings */

#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_EACCESS          0x200
#define AT_REMOVEDIR        0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_NO_AUTOMOUNT     0x800
#define AT_EMPTY_PATH       0x1000
#define AT_STATX_SYNC_TYPE  0x6000

#define RENAME_NOREPLACE 0x1
#define RENAME_EXCHANGE  0x2

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4

#define FALLOC_FL_KEEP_SIZE  0x1
#define FALLOC_FL_PUNCH_HOLE 0x2

/* splice, tee and vmsplice */
#define SPLICE_F_MOVE     0x1 /* a hint, without effect */
#define SPLICE_F_NONBLOCK 0x2 /* -EAGAIN instead of waiting for the pipe */
#define SPLICE_F_MORE     0x4 /* a hint */
#define SPLICE_F_GIFT     0x8 /* a hint */

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

#endif
