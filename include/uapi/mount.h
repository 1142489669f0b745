/*
 * uapi/mount.h - mount and umount2, with Linux's values.
 */
#ifndef UAPI_MOUNT_H
#define UAPI_MOUNT_H

#define MS_RDONLY     0x1
#define MS_REMOUNT    0x20
#define MS_BIND       0x1000
#define MS_MOVE       0x2000
#define MS_UNBINDABLE 0x20000
#define MS_PRIVATE    0x40000
#define MS_SLAVE      0x80000
#define MS_SHARED     0x100000
#define MS_MGC_VAL    0xc0ed0000 /* what old programs put there */
#define MS_MGC_MSK    0xffff0000

#define MNT_FORCE       0x1
#define MNT_DETACH      0x2
#define UMOUNT_NOFOLLOW 0x8

#endif
