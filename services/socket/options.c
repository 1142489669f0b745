/*
 * services/socket/options.c - getsockopt and setsockopt. Most options have no
 * meaning between processes of one machine; as on Linux they can be set and
 * read all the same.
 */
#include <services/socket/internal.h>
#include <services/time/time.h>

#define BUF_MAX 212992u /* Linux's wmem_max and rmem_max */
#define BUF_MIN 2304u   /* the smallest buffer is twice that */

/* Options that are on or off: bits of sock->flags. */
#define FLAG_OPTIONS                                                    \
	(1u << SO_DEBUG | 1u << SO_REUSEADDR | 1u << SO_DONTROUTE |     \
	 1u << SO_BROADCAST | 1u << SO_KEEPALIVE | 1u << SO_OOBINLINE | \
	 1u << SO_REUSEPORT | 1u << SO_PASSCRED | 1u << SO_TIMESTAMP_OLD)

/* The value of any option. */
union option {
	s32 number;
	struct linger linger;
	struct ucred cred;
	struct old_timeval32 time;
	struct kernel_timespec time64; /* tv_nsec: microseconds */
};

/* Returns true if the option is a bit of sock->flags. */
static bool is_flag(u32 option)
{
	return option < 32 && FLAG_OPTIONS >> option & 1;
}

/* ---- setting ----------------------------------------------------- */

/*
 * Returns the size for a wanted one of at most `most`: as on Linux twice as much,
 * since the kernel's own structures are charged, too.
 */
static u32 buffer_bytes(s32 wanted, u32 most)
{
	return max(min((u32)wanted, most), BUF_MIN) * 2;
}

/* Sets *buf to a size above the limit, which is not for everybody: 0 or -EPERM. */
static int force_buffer(u32 *buf, s32 wanted)
{
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	*buf = buffer_bytes(max(wanted, 0), INT32_MAX / 2);
	return 0;
}

/*
 * Sets *timeout in ns from seconds and microseconds: 0 or -EDOM. A time of 0
 * means no limit.
 */
static int set_timeout(u64 *timeout, s64 sec, s64 usec)
{
	if (usec < 0 || usec >= (s64)USEC_PER_SEC)
		return -EDOM;
	/* Linux takes a negative time for one that has passed. */
	if (sec < 0)
		*timeout = 0;
	else if (!sec && !usec)
		*timeout = UINT64_MAX;
	else
		*timeout = (u64)min(sec, (s64)(TIME_FAR_NS / NSEC_PER_SEC)) *
				NSEC_PER_SEC +
			(u64)usec * NSEC_PER_USEC;
	return 0;
}

/* Returns the size of the option's value. */
static u32 option_bytes(u32 option)
{
	switch (option) {
	case SO_LINGER:
		return sizeof(struct linger);
	case SO_RCVTIMEO_OLD:
	case SO_SNDTIMEO_OLD:
		return sizeof(struct old_timeval32);
	case SO_RCVTIMEO_NEW:
	case SO_SNDTIMEO_NEW:
		return sizeof(struct kernel_timespec);
	case SO_PEERCRED:
		return sizeof(struct ucred);
	default:
		return sizeof(s32);
	}
}

/*
 * Sets one option: 0, -EDOM, -EPERM, -EACCES or -ENOPROTOOPT. Each is one or two words that only
 * hints or later calls read, so no lock is needed.
 */
static int set_option(struct sock *sock, u32 option, const union option *v)
{
	switch (option) {
	case SO_SNDBUF:
		sock->sndbuf = buffer_bytes(v->number, BUF_MAX);
		return 0;
	case SO_RCVBUF:
		sock->rcvbuf = buffer_bytes(v->number, BUF_MAX);
		return 0;
	case SO_SNDBUFFORCE:
		return force_buffer(&sock->sndbuf, v->number);
	case SO_RCVBUFFORCE:
		return force_buffer(&sock->rcvbuf, v->number);
	case SO_LINGER:
		sock->linger = v->linger;
		sock->linger.l_onoff = v->linger.l_onoff != 0;
		return 0;
	case SO_RCVLOWAT:
		sock->rcvlowat = v->number > 0 ? (u32)v->number :
			v->number              ? INT32_MAX :
						 1;
		return 0;
	case SO_RCVTIMEO_OLD:
		return set_timeout(&sock->rcvtimeo, v->time.tv_sec,
				   v->time.tv_usec);
	case SO_SNDTIMEO_OLD:
		return set_timeout(&sock->sndtimeo, v->time.tv_sec,
				   v->time.tv_usec);
	case SO_RCVTIMEO_NEW:
		return set_timeout(&sock->rcvtimeo, v->time64.tv_sec,
				   v->time64.tv_nsec);
	case SO_SNDTIMEO_NEW:
		return set_timeout(&sock->sndtimeo, v->time64.tv_sec,
				   v->time64.tv_nsec);
	default:
		if (!is_flag(option))
			return -ENOPROTOOPT;
		if (option == SO_DEBUG && v->number && !capable(CAP_NET_ADMIN))
			return -EACCES;
		sock->flags = (sock->flags & ~(1u << option)) |
			(v->number ? 1u << option : 0);
		return 0;
	}
}

/* The body of setsockopt() for a socket: 0 or -errno. */
static int do_setsockopt(struct sock *sock, u32 level, u32 option,
			 uaddr_t value, u32 bytes)
{
	union option v;

	if ((s32)bytes < 0)
		return -EINVAL;
	/* Linux's error for a family without options of its own. */
	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (bytes < sizeof(v.number) || bytes < option_bytes(option))
		return -EINVAL;
	/* A longer value is allowed; the rest is ignored, as on Linux. */
	if (copy_from_user(&v, value, option_bytes(option)))
		return -EFAULT;
	return set_option(sock, option, &v);
}

s32 sys_setsockopt(u32 fd, u32 level, u32 option, uaddr_t value, u32 bytes)
{
	struct file *file;
	struct sock *sock;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	err = do_setsockopt(sock, level, option, value, bytes);
	fput(file);
	return err;
}

/* ---- reading ----------------------------------------------------- */

/* Returns a timeout as a program sees it: no limit is a time of 0. */
static struct old_timeval32 get_timeout(u64 timeout)
{
	return to_timeval(timeout == UINT64_MAX ? 0 : timeout);
}

/*
 * The same with 64-bit seconds; the second field has microseconds in this
 * option.
 */
static struct kernel_timespec get_timeout64(u64 timeout)
{
	struct old_timeval32 tv = get_timeout(timeout);

	return (struct kernel_timespec){ tv.tv_sec, tv.tv_usec };
}

/*
 * Returns the pending error as a positive number, and clears it: each error is
 * reported once.
 */
static int take_error(struct sock *sock)
{
	int err;

	spin_lock(&socket_lock);
	err = sock->error;
	sock->error = 0;
	spin_unlock(&socket_lock);
	return -err;
}

/* Reads an option that is a number: 0 or -ENOPROTOOPT. */
static int get_fact(struct sock *sock, u32 option, s32 *number)
{
	switch (option) {
	case SO_TYPE:
		*number = (s32)sock->type;
		return 0;
	case SO_ERROR:
		*number = take_error(sock);
		return 0;
	/* Linux has no such limit for sending and always shows 1. */
	case SO_SNDLOWAT:
		*number = 1;
		return 0;
	case SO_ACCEPTCONN:
		*number = sock->state == SOCK_LISTENING;
		return 0;
	case SO_PROTOCOL:
		*number = 0;
		return 0;
	case SO_DOMAIN:
		*number = AF_UNIX;
		return 0;
	default:
		*number = is_flag(option) && sock->flags >> option & 1;
		return is_flag(option) ? 0 : -ENOPROTOOPT;
	}
}

/* Without a peer Linux shows process 0 and ids of -1. */
static struct ucred get_peer_cred(const struct sock *sock)
{
	return sock->peer_cred.pid ?
		sock->peer_cred :
		(struct ucred){ 0, UINT32_MAX, UINT32_MAX };
}

/* Reads one option into *v: 0 or -ENOPROTOOPT. */
static int get_option(struct sock *sock, u32 option, union option *v)
{
	switch (option) {
	case SO_SNDBUF:
		v->number = (s32)sock->sndbuf;
		return 0;
	case SO_RCVBUF:
		v->number = (s32)sock->rcvbuf;
		return 0;
	case SO_RCVLOWAT:
		v->number = (s32)sock->rcvlowat;
		return 0;
	case SO_LINGER:
		v->linger = sock->linger;
		return 0;
	case SO_PEERCRED:
		v->cred = get_peer_cred(sock);
		return 0;
	case SO_RCVTIMEO_OLD:
		v->time = get_timeout(sock->rcvtimeo);
		return 0;
	case SO_SNDTIMEO_OLD:
		v->time = get_timeout(sock->sndtimeo);
		return 0;
	case SO_RCVTIMEO_NEW:
		v->time64 = get_timeout64(sock->rcvtimeo);
		return 0;
	case SO_SNDTIMEO_NEW:
		v->time64 = get_timeout64(sock->sndtimeo);
		return 0;
	default:
		return get_fact(sock, option, &v->number);
	}
}

/*
 * The body of getsockopt(): writes at most the bytes that the program has room
 * for, and then their number.
 */
static int do_getsockopt(struct sock *sock, u32 level, u32 option,
			 uaddr_t value, uaddr_t len)
{
	union option v;
	u32 bytes;
	int err;

	if (level != SOL_SOCKET)
		return -EOPNOTSUPP;
	if (get_user_u32(&bytes, len))
		return -EFAULT;
	if ((s32)bytes < 0)
		return -EINVAL;
	/*
	 * After the program's length was checked: reading SO_ERROR clears it.
	 */
	err = get_option(sock, option, &v);
	if (err)
		return err;
	/* A shorter buffer gets the beginning of the value, as on Linux. */
	bytes = min(bytes, option_bytes(option));
	if (copy_to_user(value, &v, bytes))
		return -EFAULT;
	return put_user_u32(bytes, len);
}

s32 sys_getsockopt(u32 fd, u32 level, u32 option, uaddr_t value, uaddr_t len)
{
	struct file *file;
	struct sock *sock;
	s32 err;

	sock = fd_sock(fd, &file, &err);
	if (!sock)
		return err;
	err = do_getsockopt(sock, level, option, value, len);
	fput(file);
	return err;
}
