/*
 * services/socket/socket.h - sockets between processes of one machine: AF_UNIX.
 */
#ifndef SERVICES_SOCKET_SOCKET_H
#define SERVICES_SOCKET_SOCKET_H

#include <service.h>
#include <trap/core_calls.h>
#include <types.h>

extern const struct service socket_service;

/* clang-format off */
#define SOCKET_CALLS \
	CALL(socket), CALL(socketpair), CALL(bind), CALL(listen), \
	CALL(connect), CALL(accept), CALL(accept4), CALL(shutdown), \
	CALL(getsockname), CALL(getpeername), \
	CALL(setsockopt), CALL(getsockopt), \
	CALL(send), CALL(sendto), CALL(sendmsg), CALL(sendmmsg), \
	CALL(recv), CALL(recvfrom), CALL(recvmsg), \
	CALL(recvmmsg), CALL(recvmmsg_time64)
/* clang-format on */

/*
 * The system calls, with Linux's arguments and errors. fds, addr, buf, value,
 * msg and msgs are user addresses; bytes and addr_bytes are lengths in bytes.
 */
s32 sys_socket(u32 family, u32 type, u32 protocol);
s32 sys_socketpair(u32 family, u32 type, u32 protocol, uaddr_t fds);
/* addr: a struct sockaddr_un, of which the first addr_bytes bytes are valid. */
s32 sys_bind(u32 fd, uaddr_t addr, u32 addr_bytes);
s32 sys_connect(u32 fd, uaddr_t addr, u32 addr_bytes);
s32 sys_listen(u32 fd, u32 backlog);
/*
 * addr_len: the user address of a word, the room at addr, which becomes the
 * length of the socket's address.
 */
s32 sys_accept(u32 fd, uaddr_t addr, uaddr_t addr_len);
s32 sys_accept4(u32 fd, uaddr_t addr, uaddr_t addr_len, u32 flags);
s32 sys_getsockname(u32 fd, uaddr_t addr, uaddr_t addr_len);
s32 sys_getpeername(u32 fd, uaddr_t addr, uaddr_t addr_len);
s32 sys_shutdown(u32 fd, u32 how);
s32 sys_setsockopt(u32 fd, u32 level, u32 option, uaddr_t value, u32 bytes);
s32 sys_getsockopt(u32 fd, u32 level, u32 option, uaddr_t value, uaddr_t len);
s32 sys_send(u32 fd, uaddr_t buf, u32 bytes, u32 flags);
s32 sys_sendto(u32 fd, uaddr_t buf, u32 bytes, u32 flags, uaddr_t addr,
	       u32 addr_bytes);
s32 sys_recv(u32 fd, uaddr_t buf, u32 bytes, u32 flags);
s32 sys_recvfrom(u32 fd, uaddr_t buf, u32 bytes, u32 flags, uaddr_t addr,
		 uaddr_t addr_len);
s32 sys_sendmsg(u32 fd, uaddr_t msg, u32 flags);
s32 sys_recvmsg(u32 fd, uaddr_t msg, u32 flags);
s32 sys_sendmmsg(u32 fd, uaddr_t msgs, u32 n, u32 flags);
s32 sys_recvmmsg(u32 fd, uaddr_t msgs, u32 n, u32 flags, uaddr_t timeout);
s32 sys_recvmmsg_time64(u32 fd, uaddr_t msgs, u32 n, u32 flags,
			uaddr_t timeout);

#endif
