/*
 * uapi/socket.h - sockets of AF_UNIX, with Linux's values and its layout on ARM.
 */
#ifndef UAPI_SOCKET_H
#define UAPI_SOCKET_H

#include <stdint.h>

#define AF_UNSPEC 0
#define AF_UNIX   1
#define AF_MAX    46

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_SEQPACKET 5
#define SOCK_MAX       11
#define SOCK_NONBLOCK  00004000
#define SOCK_CLOEXEC   02000000

#define SHUT_RD   0
#define SHUT_WR   1
#define SHUT_RDWR 2

#define MSG_OOB          0x1
#define MSG_PEEK         0x2
#define MSG_CTRUNC       0x8
#define MSG_TRUNC        0x20
#define MSG_DONTWAIT     0x40
#define MSG_WAITALL      0x100
#define MSG_NOSIGNAL     0x4000
#define MSG_WAITFORONE   0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

/* Socket options, all of level SOL_SOCKET. */
#define SOL_SOCKET       1
#define SO_DEBUG         1
#define SO_REUSEADDR     2
#define SO_TYPE          3
#define SO_ERROR         4
#define SO_DONTROUTE     5
#define SO_BROADCAST     6
#define SO_SNDBUF        7
#define SO_RCVBUF        8
#define SO_KEEPALIVE     9
#define SO_OOBINLINE     10
#define SO_LINGER        13
#define SO_REUSEPORT     15
#define SO_PASSCRED      16
#define SO_PEERCRED      17
#define SO_RCVLOWAT      18
#define SO_SNDLOWAT      19
#define SO_RCVTIMEO_OLD  20
#define SO_SNDTIMEO_OLD  21
#define SO_TIMESTAMP_OLD 29
#define SO_ACCEPTCONN    30
#define SO_SNDBUFFORCE   32
#define SO_RCVBUFFORCE   33
#define SO_PROTOCOL      38
#define SO_DOMAIN        39
#define SO_RCVTIMEO_NEW  66
#define SO_SNDTIMEO_NEW  67

/* Control messages of level SOL_SOCKET. */
#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD      253

#define UNIX_PATH_MAX 108

struct sockaddr_un {
	uint16_t sun_family;
	char sun_path[UNIX_PATH_MAX]; /* from a 0 on: a name in no directory */
};

struct ucred {
	uint32_t pid, uid, gid;
};

struct linger {
	int32_t l_onoff, l_linger;
};

struct user_msghdr {
	uint32_t msg_name; /* user address */
	int32_t msg_namelen;
	uint32_t msg_iov; /* struct iovec32[] */
	uint32_t msg_iovlen;
	uint32_t msg_control; /* struct cmsghdr and data, repeated */
	uint32_t msg_controllen;
	uint32_t msg_flags;
};

struct mmsghdr {
	struct user_msghdr msg_hdr;
	uint32_t msg_len;
};

/* Data follows at once, and the next one at a multiple of 4. */
struct cmsghdr {
	uint32_t cmsg_len; /* this and the data */
	int32_t cmsg_level;
	int32_t cmsg_type;
};

#define CMSG_ALIGN(bytes) (((bytes) + 3u) & ~3u)
#define CMSG_LEN(bytes)   (sizeof(struct cmsghdr) + (bytes))

#endif
