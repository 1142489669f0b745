/*
 * services/events/events.h - descriptors that stand for events: eventfd,
 * timerfd, epoll.
 */
#ifndef SERVICES_EVENTS_EVENTS_H
#define SERVICES_EVENTS_EVENTS_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service events_service;

/* clang-format off */
#define EVENTS_CALLS \
	CALL(eventfd), CALL(eventfd2), \
	CALL(timerfd_create), CALL(timerfd_settime), CALL(timerfd_gettime), \
	CALL(timerfd_settime64), CALL(timerfd_gettime64), \
	CALL(epoll_create), CALL(epoll_create1), CALL(epoll_ctl), \
	CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_pwait2)
/* clang-format on */

/*
 * The calls, with Linux's arguments and errors. Without a timeout they have no
 * time limit; addresses are those of the program's structures.
 */
s32 sys_eventfd(u32 count);
s32 sys_eventfd2(u32 count, u32 flags);
s32 sys_timerfd_create(s32 clock, u32 flags);
s32 sys_timerfd_settime(u32 fd, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timerfd_settime64(u32 fd, u32 flags, uaddr_t new, uaddr_t old);
s32 sys_timerfd_gettime(u32 fd, uaddr_t to);
s32 sys_timerfd_gettime64(u32 fd, uaddr_t to);
s32 sys_epoll_create(s32 size);
s32 sys_epoll_create1(u32 flags);
s32 sys_epoll_ctl(u32 epfd, u32 op, u32 fd, uaddr_t event);
s32 sys_epoll_wait(u32 epfd, uaddr_t events, s32 max, s32 timeout_ms);
s32 sys_epoll_pwait(u32 epfd, uaddr_t events, s32 max, s32 timeout_ms,
		    uaddr_t sigmask, u32 sigset_bytes);
/* timeout: a struct timespec of 64 bits, or 0 */
s32 sys_epoll_pwait2(u32 epfd, uaddr_t events, s32 max, uaddr_t timeout,
		     uaddr_t sigmask, u32 sigset_bytes);

#endif
