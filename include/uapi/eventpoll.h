/*
 * uapi/eventpoll.h - epoll(7), with Linux's values.
 */
#ifndef UAPI_EVENTPOLL_H
#define UAPI_EVENTPOLL_H

#include <stdint.h>

#define EPOLL_CLOEXEC 02000000

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

/* Events besides the values of poll(2), which are valid here, too. */
#define EPOLLEXCLUSIVE 0x10000000u /* wake one of several that wait */
#define EPOLLWAKEUP    0x20000000u /* keep the machine from sleeping */
#define EPOLLONESHOT   0x40000000u /* once, then not before EPOLL_CTL_MOD */
#define EPOLLET        0x80000000u /* report changes, not the state */

struct epoll_event {
	uint32_t events;
	uint32_t pad;
	uint64_t data; /* the program's own */
};

#endif
