/*
 * services/socket/calls.c - the calls that send and receive: they convert a
 * program's structures to a struct message, and back.
 */
#include <services/socket/internal.h>
#include <services/time/time.h>

#define PIECES_ON_STACK 8
#define CONTROL_MAX     20480u /* Linux's optmem_max */

/*
 * A program's struct msghdr, copied in, and the message that is made from it.
 */
struct user_message {
	struct user_msghdr hdr;
	struct iovec32 on_stack[PIECES_ON_STACK], *iov;
	struct message m;
};

/* ---- struct msghdr ----------------------------------------------- */

/*
 * Copies the list of pieces and adds up their lengths: 0, -EFAULT or -EINVAL.
 */
static int get_pieces(struct user_message *u)
{
	struct transfer *t = &u->m.data;
	u32 n = u->hdr.msg_iovlen, bytes = n * (u32)sizeof(u->iov[0]);

	if (copy_from_user(u->iov, u->hdr.msg_iov, bytes))
		return -EFAULT;
	for (u32 i = 0; i < n; i++) {
		if ((s32)u->iov[i].iov_len < 0)
			return -EINVAL;
		/*
		 * The total is cut to MAX_RW_BYTES, as in all calls: a count of
		 * bytes must stay positive as a result.
		 */
		u->iov[i].iov_len = min(u->iov[i].iov_len,
					MAX_RW_BYTES - t->left);
		t->left += u->iov[i].iov_len;
	}
	t->iov = u->iov;
	return 0;
}

/*
 * Copies the msghdr at user address umsg and its pieces. Returns 0 or -errno;
 * put_message() must follow in either case.
 */
static int get_message(struct user_message *u, uaddr_t umsg, u32 flags)
{
	u->iov = u->on_stack;
	u->m = (struct message){ .flags = flags };
	if (copy_from_user(&u->hdr, umsg, sizeof(u->hdr)))
		return -EFAULT;
	if (u->hdr.msg_namelen < 0)
		return -EINVAL;
	/*
	 * Linux has another error here than readv(), which fails with -EINVAL.
	 */
	if (u->hdr.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	/* Most messages have few pieces, and need no allocation. */
	if (u->hdr.msg_iovlen > PIECES_ON_STACK)
		u->iov = kmalloc(u->hdr.msg_iovlen * sizeof(u->iov[0]),
				 GFP_KERNEL);
	return u->iov ? get_pieces(u) : -ENOMEM;
}

/*
 * Frees what get_message() and the call have allocated, and files that were not
 * passed on.
 */
static void put_message(struct user_message *u)
{
	if (u->iov != u->on_stack)
		kfree(u->iov);
	rights_drop(u->m.rights);
	name_put(u->m.from);
}

/* ---- control messages to send ------------------------------------ */

/* Returns true if id is a, b or c. */
static bool is_one_of(u32 id, u32 a, u32 b, u32 c)
{
	return id == a || id == b || id == c;
}

/* Returns true if a task has number pid. Takes tasklist_lock. */
static bool pid_exists(u32 pid)
{
	u32 flags = tasklist_lock();
	bool exists = find_task((s32)pid) != NULL;

	tasklist_unlock(flags);
	return exists;
}

/*
 * Checks the sender that a program claims to be: 0, -EPERM or -ESRCH. Without
 * privilege it may name itself and its own ids only, since receivers trust
 * these.
 */
static int check_cred(const struct ucred *claim)
{
	const struct cred *cred = current_cred();

	if ((claim->pid != (u32)current->tgid && !capable(CAP_SYS_ADMIN)) ||
	    (!is_one_of(claim->uid, cred->uid, cred->euid, cred->suid) &&
	     !capable(CAP_SETUID)) ||
	    (!is_one_of(claim->gid, cred->gid, cred->egid, cred->sgid) &&
	     !capable(CAP_SETGID)))
		return -EPERM;
	return pid_exists(claim->pid) ? 0 : -ESRCH;
}

/*
 * Takes over one control message into m: 0 or -errno. Those of other levels are
 * ignored, as on Linux.
 */
static int use_control(struct message *m, const struct cmsghdr *c)
{
	u32 bytes = c->cmsg_len - (u32)sizeof(*c);

	if (c->cmsg_level != SOL_SOCKET)
		return 0;
	if (c->cmsg_type == SCM_CREDENTIALS) {
		if (bytes != sizeof(m->cred))
			return -EINVAL;
		m->cred = *(const struct ucred *)(const void *)(c + 1);
		return check_cred(&m->cred);
	}
	/* One list of files per message. */
	if (c->cmsg_type != SCM_RIGHTS || m->rights)
		return -EINVAL;
	/* An empty list of files is allowed. */
	return bytes < sizeof(u32) ?
		0 :
		rights_get((const u32 *)(const void *)(c + 1),
			   bytes / (u32)sizeof(u32), &m->rights);
}

/* Walks the `left` bytes of control messages in buf: 0 or -errno. */
static int use_controls(struct message *m, const char *buf, u32 left)
{
	const struct cmsghdr *c;
	u32 step;
	int err = 0;

	while (!err && left >= sizeof(*c)) {
		c = (const void *)buf;
		/*
		 * The program wrote the lengths: one below the header's would
		 * never end the walk.
		 */
		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > left)
			return -EINVAL;
		err = use_control(m, c);
		step = min(CMSG_ALIGN(c->cmsg_len), left);
		buf += step;
		left -= step;
	}
	return err;
}

/* Copies and takes over the control messages of u: 0 or -errno. */
static int get_controls(struct user_message *u)
{
	u32 bytes = u->hdr.msg_controllen;
	char *buf;
	int err;

	if (!bytes)
		return 0;
	/*
	 * The copy is kernel memory, which a program must not get without a
	 * limit.
	 */
	if (bytes > CONTROL_MAX)
		return -ENOBUFS;
	buf = kmalloc(bytes, GFP_KERNEL);
	if (!buf)
		return -ENOBUFS;
	/*
	 * Copied as a whole first: another thread could change the memory
	 * between check and use.
	 */
	err = copy_from_user(buf, u->hdr.msg_control, bytes) ?
		-EFAULT :
		use_controls(&u->m, buf, bytes);
	kfree(buf);
	return err;
}

/* ---- control messages received ----------------------------------- */

/*
 * Writes the header of a control message whose data of `bytes` bytes is in
 * place, and moves hdr's control pointer behind it. Returns 0 or -EFAULT.
 */
static int end_control(struct user_msghdr *hdr, u32 type, u32 bytes)
{
	const struct cmsghdr c = { (u32)CMSG_LEN(bytes), SOL_SOCKET,
				   (s32)type };
	u32 step = min((u32)CMSG_ALIGN(CMSG_LEN(bytes)), hdr->msg_controllen);

	if (copy_to_user(hdr->msg_control, &c, sizeof(c)))
		return -EFAULT;
	hdr->msg_control += step;
	hdr->msg_controllen -= step;
	return 0;
}

/* Returns how many bytes of data fit into the next control message. */
static u32 control_room(const struct user_msghdr *hdr)
{
	return hdr->msg_controllen < sizeof(struct cmsghdr) ?
		0 :
		hdr->msg_controllen - (u32)sizeof(struct cmsghdr);
}

/*
 * Writes the sender's credentials as a control message. What does not fit is
 * cut, and MSG_CTRUNC reports it.
 */
static void put_credentials(struct user_message *u)
{
	u32 bytes = min(control_room(&u->hdr), (u32)sizeof(u->m.cred));

	if (bytes < sizeof(u->m.cred))
		u->m.out_flags |= MSG_CTRUNC;
	if (u->hdr.msg_controllen < sizeof(struct cmsghdr))
		return;
	if (copy_to_user(u->hdr.msg_control + (u32)sizeof(struct cmsghdr),
			 &u->m.cred, bytes) ||
	    end_control(&u->hdr, SCM_CREDENTIALS, bytes))
		u->m.out_flags |= MSG_CTRUNC;
}

/*
 * Installs a descriptor for file, with a reference of its own, and writes its
 * number to user address `to`. Returns 0 or -errno.
 */
static int put_fd(struct file *file, bool cloexec, uaddr_t to)
{
	struct files_struct *files = current_thread_info()->files;
	u32 fd;
	int err = files_install(files, get_file(file), 0, cloexec, &fd);

	if (err) {
		fput(file);
		return err;
	}
	/*
	 * The program would not know its number, so it is removed again;
	 * another thread may have closed it already.
	 */
	if (put_user_u32(fd, to)) {
		if (files_remove(files, fd, file))
			fput(file);
		return -EFAULT;
	}
	return 0;
}

/*
 * Gives the program as many files as there is room for; the others are closed
 * when the message is freed.
 */
static void put_rights(struct user_message *u)
{
	u32 n = rights_count(u->m.rights), i = 0;
	u32 room = control_room(&u->hdr) / (u32)sizeof(u32);
	uaddr_t at = u->hdr.msg_control + (u32)sizeof(struct cmsghdr);

	while (i < min(n, room) &&
	       !put_fd(rights_file(u->m.rights, i),
		       u->m.flags & MSG_CMSG_CLOEXEC, at + i * 4))
		i++;
	/*
	 * An error is ignored: the descriptors exist, and -EFAULT would not
	 * take them back.
	 */
	if (i)
		(void)end_control(&u->hdr, SCM_RIGHTS, i * 4);
	if (i < n)
		u->m.out_flags |= MSG_CTRUNC;
}

/* ---- one message ------------------------------------------------- */

/* Sends the message at user address umsg: bytes sent, or -errno. */
static s32 send_one(struct file *file, uaddr_t umsg, u32 flags)
{
	struct user_message u;
	s32 ret = get_message(&u, umsg, flags);

	/* Linux cuts the length here, but sendto() refuses such an address. */
	if (!ret && u.hdr.msg_name)
		ret = get_addr(&u.m, u.hdr.msg_name,
			       min((u32)u.hdr.msg_namelen, 128u));
	if (!ret)
		ret = get_controls(&u);
	if (!ret)
		ret = sock_send(file, &u.m);
	put_message(&u);
	return ret;
}

/*
 * Writes address, control messages and flags of a received message: 0 or
 * -EFAULT.
 */
static int put_companions(struct user_message *u, uaddr_t umsg)
{
	u32 control = u->hdr.msg_control;

	if (u->hdr.msg_name &&
	    put_addr(u->m.from, u->m.from != NULL, u->hdr.msg_name,
		     umsg + (u32)offsetof(struct user_msghdr, msg_namelen)))
		return -EFAULT;
	if (u->m.has_cred)
		put_credentials(u);
	if (u->m.rights)
		put_rights(u);
	/*
	 * end_control() has moved the pointer: the difference is what was used.
	 */
	control = u->hdr.msg_control - control;
	if (put_user_u32(u->m.out_flags | (u->m.flags & MSG_CMSG_CLOEXEC),
			 umsg + (u32)offsetof(struct user_msghdr, msg_flags)))
		return -EFAULT;
	return put_user_u32(control,
			    umsg +
				    (u32)offsetof(struct user_msghdr,
						  msg_controllen));
}

/*
 * Receives one message into umsg: bytes, or -errno. The message is consumed
 * even if umsg's addresses are bad, as on Linux.
 */
static s32 receive_one(struct file *file, uaddr_t umsg, u32 flags)
{
	struct user_message u;
	s32 ret = get_message(&u, umsg, flags);

	if (!ret)
		ret = sock_receive(file, &u.m);
	if (ret >= 0 && put_companions(&u, umsg))
		ret = -EFAULT;
	put_message(&u);
	return ret;
}

s32 sys_sendmsg(u32 fd, uaddr_t msg, u32 flags)
{
	struct file *file;
	s32 ret;

	if (!fd_sock(fd, &file, &ret))
		return ret;
	ret = send_one(file, msg, flags);
	fput(file);
	return ret;
}

s32 sys_recvmsg(u32 fd, uaddr_t msg, u32 flags)
{
	struct file *file;
	s32 ret;

	if (!fd_sock(fd, &file, &ret))
		return ret;
	ret = receive_one(file, msg, flags);
	fput(file);
	return ret;
}

/* ---- a buffer ---------------------------------------------------- */

/* send() is this call without an address. */
s32 sys_sendto(u32 fd, uaddr_t buf, u32 bytes, u32 flags, uaddr_t addr,
	       u32 addr_bytes)
{
	const struct iovec32 iov = { buf, min(bytes, MAX_RW_BYTES) };
	struct message m = {
		.data = { .iov = &iov, .left = iov.iov_len },
		.flags = flags,
	};
	struct file *file;
	s32 ret;

	/*
	 * A buffer outside user memory fails as a whole, before anything is
	 * sent.
	 */
	if (!access_ok(buf, iov.iov_len))
		return -EFAULT;
	if (!fd_sock(fd, &file, &ret))
		return ret;
	if (addr)
		ret = get_addr(&m, addr, addr_bytes);
	if (!ret)
		ret = sock_send(file, &m);
	fput(file);
	return ret;
}

s32 sys_send(u32 fd, uaddr_t buf, u32 bytes, u32 flags)
{
	return sys_sendto(fd, buf, bytes, flags, 0, 0);
}

s32 sys_recvfrom(u32 fd, uaddr_t buf, u32 bytes, u32 flags, uaddr_t addr,
		 uaddr_t addr_len)
{
	const struct iovec32 iov = { buf, min(bytes, MAX_RW_BYTES) };
	struct message m = {
		.data = { .iov = &iov, .left = iov.iov_len },
		.flags = flags,
	};
	struct file *file;
	s32 ret;

	if (!access_ok(buf, iov.iov_len))
		return -EFAULT;
	if (!fd_sock(fd, &file, &ret))
		return ret;
	ret = sock_receive(file, &m);
	if (ret >= 0 && addr &&
	    put_addr(m.from, m.from != NULL, addr, addr_len))
		ret = -EFAULT;
	/* recv() has no place for files: they are closed, as on Linux. */
	rights_drop(m.rights);
	name_put(m.from);
	fput(file);
	return ret;
}

s32 sys_recv(u32 fd, uaddr_t buf, u32 bytes, u32 flags)
{
	return sys_recvfrom(fd, buf, bytes, flags, 0, 0);
}

/* ---- several messages -------------------------------------------- */

/* Stores the bytes of one message in its struct mmsghdr: 0 or -EFAULT. */
static int put_length(uaddr_t msg, s32 bytes)
{
	return put_user_u32((u32)bytes,
			    msg + (u32)offsetof(struct mmsghdr, msg_len));
}

/*
 * Returns how many messages were sent; an error counts only if it hits the
 * first.
 */
s32 sys_sendmmsg(u32 fd, uaddr_t msgs, u32 n, u32 flags)
{
	struct file *file;
	s32 ret = 0;
	u32 done;

	if (!fd_sock(fd, &file, &ret))
		return ret;
	/* Linux cuts a longer list, too, instead of an error. */
	n = min(n, (u32)UIO_MAXIOV);
	for (done = 0; done < n; done++) {
		ret = send_one(file, msgs, flags);
		if (ret >= 0)
			ret = put_length(msgs, ret);
		if (ret < 0)
			break;
		msgs += (u32)sizeof(struct mmsghdr);
		if (give_way())
			break;
	}
	fput(file);
	return done ? (s32)done : ret;
}

/*
 * Receives up to n messages: returns how many, or -errno if none. As on Linux
 * the time limit is checked after each message only, and does not end a wait.
 */
static s32 receive_several(struct file *file, uaddr_t msgs, u32 n, u32 flags,
			   u64 until)
{
	s32 ret = 0;
	u32 done = 0;

	while (done < n) {
		ret = receive_one(file, msgs, flags & ~(u32)MSG_WAITFORONE);
		if (ret >= 0)
			ret = put_length(msgs, ret);
		if (ret < 0)
			break;
		msgs += (u32)sizeof(struct mmsghdr);
		done++;
		/* Only the first message is waited for. */
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (give_way() || ktime_ns() >= until)
			break;
	}
	return done ? (s32)done : ret;
}

/*
 * The body of both calls. Linux also writes the time that is left back to the
 * program.
 */
static s32 do_recvmmsg(u32 fd, uaddr_t msgs, u32 n, u32 flags, uaddr_t timeout,
		       bool time64)
{
	u64 until = UINT64_MAX, ns;
	struct file *file;
	s32 ret;

	if (timeout) {
		ret = get_timespec(timeout, time64, &ns);
		if (ret)
			return ret;
		until = ktime_ns() + ns;
	}
	if (!fd_sock(fd, &file, &ret))
		return ret;
	ret = receive_several(file, msgs, min(n, (u32)UIO_MAXIOV), flags,
			      until);
	fput(file);
	if (ret > 0 && timeout &&
	    put_timespec(time_until(until), timeout, time64))
		ret = -EFAULT;
	return ret;
}

s32 sys_recvmmsg(u32 fd, uaddr_t msgs, u32 n, u32 flags, uaddr_t timeout)
{
	return do_recvmmsg(fd, msgs, n, flags, timeout, false);
}

s32 sys_recvmmsg_time64(u32 fd, uaddr_t msgs, u32 n, u32 flags, uaddr_t timeout)
{
	return do_recvmmsg(fd, msgs, n, flags, timeout, true);
}
