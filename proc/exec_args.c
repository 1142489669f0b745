/*
 * Collecting argv and envp while the old program still has them.
 *
 * Owns at most ARG_PAGES pages for each execve, freed by args_free. The strings
 * pass through kernel memory, because the new address space is not loaded while
 * they are read from the old one.
 */
#include <asm/uaccess.h>
#include <mm/mm.h>
#include <proc/exec_args.h>
#include <string.h>

/*
 * Makes room for the next byte: *to points into a page that has *room bytes
 * left. Returns 0, -E2BIG or -ENOMEM.
 */
static int next_room(struct exec_args *args, char **to, u32 *room)
{
	u32 index = args->bytes / PAGE_SIZE, used = args->bytes % PAGE_SIZE;

	cond_resched(); /* at least once for each string and page */
	if (index >= ARG_PAGES)
		return -E2BIG;
	/* One by one: most programs need a single page of the 128. */
	if (index == args->nr_pages) {
		args->pages[index] = __get_free_pages(GFP_KERNEL, 0);
		if (!args->pages[index])
			return -ENOMEM;
		args->nr_pages++;
	}
	*to = (char *)args->pages[index] + used;
	*room = PAGE_SIZE - used;
	return 0;
}

/*
 * For strings of the kernel. A string may cross pages, so it is copied in
 * pieces.
 */
int args_add_string(struct exec_args *args, const char *s)
{
	u32 left = (u32)strlen(s) + 1, room;
	char *to;

	/* Linux's limit; a path or a "#!" line is far below it. */
	if (left > MAX_ARG_STRLEN)
		return -E2BIG;
	while (left) {
		int err = next_room(args, &to, &room);

		if (err)
			return err;
		room = min(room, left);
		memcpy(to, s, room);
		args->bytes += room;
		s += room;
		left -= room;
	}
	return 0;
}

/*
 * Copies the string at va. It is copied and measured in one pass: another
 * thread may change it in between two.
 */
static int add_user_string(struct exec_args *args, uaddr_t va)
{
	u32 start = args->bytes, room, len;
	char *to;

	for (;;) {
		int err = next_room(args, &to, &room);

		if (err)
			return err;
		/* Linux's limit of one string, besides that of all together. */
		room = min(room, MAX_ARG_STRLEN - (args->bytes - start));
		if (!room)
			return -E2BIG;
		err = strncpy_from_user(to, va, room, &len);
		if (!err) {
			args->bytes += len + 1;
			return 0;
		}
		if (err != -ENAMETOOLONG)
			return err;
		/* No NUL yet: the room is filled with the string's first part. */
		args->bytes += room;
		va += room;
	}
}

/*
 * Adds string i of vec, or only looks at it if skip. Sets *end where the vector
 * ends.
 */
static int add_one(struct exec_args *args, const struct arg_vector *vec, u32 i,
		   bool skip, bool *end)
{
	uaddr_t va;
	int err;

	if (vec->kernel) {
		*end = !vec->kernel[i];
		return *end || skip ? 0 : args_add_string(args, vec->kernel[i]);
	}
	/* Subtracted on the right, so that the sum cannot wrap. */
	if (vec->user > TASK_SIZE - 4 * (i + 1))
		return -EFAULT;
	err = get_user_u32(&va, vec->user + 4 * i);
	if (err)
		return err;
	*end = va == 0;
	return *end || skip ? 0 : add_user_string(args, va);
}

/* A NULL vector is an empty one, as Linux accepts. */
int args_add_vector(struct exec_args *args, const struct arg_vector *vec,
		    u32 skip, u32 *count)
{
	bool end = false;

	if (!vec->kernel && !vec->user)
		return 0;
	for (u32 i = 0;; i++) {
		int err = add_one(args, vec, i, i < skip, &end);

		if (err)
			return err;
		if (end)
			return 0;
		if (i < skip)
			continue;
		++*count;
		/*
		 * Pointers count as well: a million empty strings would
		 * otherwise pass the limit.
		 */
		if (args->bytes + 4 * (args->argc + args->envc) > ARG_MAX)
			return -E2BIG;
	}
}

/*
 * Strings were added NUL-terminated, so a page without NUL means that the
 * string continues in the next one.
 */
u32 args_next_string(const struct exec_args *args, u32 offset)
{
	while (offset < args->bytes) {
		const char *page = args->pages[offset / PAGE_SIZE];
		u32 at = offset % PAGE_SIZE;
		u32 left = min(args->bytes - offset, (u32)PAGE_SIZE - at);
		u32 length = strnlen(page + at, left);

		offset += length;
		/* strnlen stopped at a NUL, not at the page's end. */
		if (length < left)
			return offset + 1;
		cond_resched();
	}
	return offset;
}

/* The first error ends it; what was written goes with the mm. */
int args_write(const struct exec_args *args, struct mm_struct *mm, uaddr_t va)
{
	for (u32 done = 0; done < args->bytes; done += PAGE_SIZE) {
		u32 bytes = min(args->bytes - done, (u32)PAGE_SIZE);
		/* FOLL_WRITE faults the page in: the stack has none yet. */
		int err = copy_remote_vm(mm, va + done,
					 args->pages[done / PAGE_SIZE], bytes,
					 FOLL_WRITE);

		if (err)
			return err;
	}
	return 0;
}

/* Whatever was reached: nr_pages counts only pages that exist. */
void args_free(struct exec_args *args)
{
	for (u32 i = 0; i < args->nr_pages; i++)
		free_pages(args->pages[i], 0);
}
