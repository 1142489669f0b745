/*
 * Collecting argv and envp while the old program still has them.
 *
 * Owns at most ARG_PAGES pages an execve, freed by args_free. Kernel memory in
 * between: the new address space is not loaded while the strings are read.
 */
#include <asm/uaccess.h>
#include <mm/mm.h>
#include <proc/exec_args.h>
#include <string.h>

/* The rest of the page where the next byte goes: *room bytes. */
static int next_room(struct exec_args *args, char **to, u32 *room)
{
	u32 index = args->bytes / PAGE_SIZE, used = args->bytes % PAGE_SIZE;

	cond_resched(); /* once a string and page at least */
	if (index >= ARG_PAGES)
		return -E2BIG;
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

int args_add_string(struct exec_args *args, const char *s)
{
	u32 left = (u32)strlen(s) + 1, room;
	char *to;

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

static int add_user_string(struct exec_args *args, uaddr_t va)
{
	u32 start = args->bytes, room, len;
	char *to;

	for (;;) {
		int err = next_room(args, &to, &room);

		if (err)
			return err;
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

/* String i of vec: *end when there is none. */
static int add_one(struct exec_args *args, const struct arg_vector *vec, u32 i,
		   bool skip, bool *end)
{
	uaddr_t va;
	int err;

	if (vec->kernel) {
		*end = !vec->kernel[i];
		return *end || skip ? 0 : args_add_string(args, vec->kernel[i]);
	}
	if (vec->user > TASK_SIZE - 4 * (i + 1))
		return -EFAULT;
	err = get_user_u32(&va, vec->user + 4 * i);
	if (err)
		return err;
	*end = va == 0;
	return *end || skip ? 0 : add_user_string(args, va);
}

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
		if (args->bytes + 4 * (args->argc + args->envc) > ARG_MAX)
			return -E2BIG;
	}
}

u32 args_next_string(const struct exec_args *args, u32 offset)
{
	while (offset < args->bytes) {
		const char *page = args->pages[offset / PAGE_SIZE];
		u32 at = offset % PAGE_SIZE;
		u32 left = min(args->bytes - offset, (u32)PAGE_SIZE - at);
		u32 length = strnlen(page + at, left);

		offset += length;
		if (length < left)
			return offset + 1;
		cond_resched();
	}
	return offset;
}

int args_write(const struct exec_args *args, struct mm_struct *mm, uaddr_t va)
{
	for (u32 done = 0; done < args->bytes; done += PAGE_SIZE) {
		u32 bytes = min(args->bytes - done, (u32)PAGE_SIZE);
		int err = copy_remote_vm(mm, va + done,
					 args->pages[done / PAGE_SIZE], bytes,
					 FOLL_WRITE);

		if (err)
			return err;
	}
	return 0;
}

void args_free(struct exec_args *args)
{
	for (u32 i = 0; i < args->nr_pages; i++)
		free_pages(args->pages[i], 0);
}
