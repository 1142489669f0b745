/*
 * execve: another program takes the task's place.
 *
 * Everything that can fail is done first, beside the running program: the file
 * is opened and checked, the strings are collected, a new address space is
 * made, mapped and given its stack. Only then, in commit(), does the
 * old program go, and after that nothing can fail. So execve either works or
 * changes nothing.
 */
#include <asm/uaccess.h>
#include <fs/fs.h>
#include <lib/printk.h>
#include <proc/exec.h>
#include <proc/internal.h>
#include <string.h>
#include <syscalls.h>
#include <trace.h>
#include <uapi/personality.h>

/*
 * The sentence about the last failure, for *why. Its reader must be done before
 * the next execve fails.
 */
static struct why last_why;

/*
 * Reads `bytes` bytes of the file at pos. Returns 0, -EIO if the file is too
 * short, or the file's error.
 */
static int read_exact(struct file *file, void *buf, u32 bytes, u32 pos)
{
	s32 n = file->f_op->kernel_read(file, buf, bytes, pos);

	if (n < 0)
		return n;
	return (u32)n == bytes ? 0 : -EIO;
}

/* ---- before anything is destroyed -------------------------------- */

/*
 * Opens a regular file that may be executed. Returns 0 and a reference in
 * *file, or -errno and exec->why.
 */
static int open_file(struct exec *exec, const char *path, struct file **file)
{
	int err = open_exec(path, file);

	/* clang-format off */
	if (err)
		return explain(&exec->why, err, "%s",
			       err == -ENOENT ? "no such file" :
			       err == -EACCES ? "not an executable file" :
			       err == -ETXTBSY ? "it is open for writing" :
			       err == -EISDIR ? "it is a directory" :
			       err == -ENOTDIR ? "a part of the path is no "
						 "directory" :
			       err == -ELOOP ? "too many symbolic links" :
			       "it cannot be opened");
	/* clang-format on */
	/* Devices and pipes have no bytes at an offset. */
	if (!(*file)->f_op->kernel_read)
		return explain(&exec->why, -EACCES, "not a regular file");
	return 0;
}

/*
 * Reads and checks the headers of image->file and fills image->plan. Returns 0,
 * or -errno and exec->why.
 */
static int read_headers(struct exec *exec, struct elf_image *image)
{
	struct file *file = image->file;
	u32 bytes;
	s32 n = file->f_op->kernel_read(file, &image->ehdr, sizeof(image->ehdr),
					0);
	int err;

	if (n < 0)
		return n;
	err = elf_check_header(&image->ehdr, (u32)n, file_size(file),
			       &exec->why);
	if (err)
		return err;
	bytes = image->ehdr.e_phnum * (u32)sizeof(Elf32_Phdr);
	/* At most a page: the header's check has bounded e_phnum. */
	image->phdrs = kmalloc(bytes, GFP_KERNEL);
	if (!image->phdrs)
		return -ENOMEM;
	/*
	 * The size was checked, but another process may have truncated the file
	 * since.
	 */
	if (read_exact(file, image->phdrs, bytes, image->ehdr.e_phoff))
		return explain(&exec->why, -ENOEXEC,
			       "its program headers cannot be read");
	return elf_plan(&image->ehdr, image->phdrs, &image->plan, &exec->why);
}

/*
 * Puts the interpreter's path before what is wrong with it: the program itself
 * is there, so its own path would mislead.
 */
static int blame_interp(struct exec *exec, int err, const char *path)
{
	/* A copy, for the result is formatted into the same buffer. */
	struct why inner = exec->why;

	if (!inner.text[0])
		explain(&inner, err, "error %d", -err);
	return explain(&exec->why, err, "its interpreter %.64s: %s", path,
		       inner.text);
}

/* Opens and checks the interpreter at path. */
static int load_interp(struct exec *exec, const char *path)
{
	int err = open_file(exec, path, &exec->interp.file);

	if (!err)
		err = read_headers(exec, &exec->interp);
	if (err == -ENOEXEC) /* -ENOEXEC is for the program itself */
		err = file_size(exec->interp.file) < sizeof(Elf32_Ehdr) ?
			-EIO :
			-ELIBBAD;
	return err ? blame_interp(exec, err, path) : 0;
}

/*
 * Loads the headers of the file that PT_INTERP names, if there is one: usually
 * the dynamic linker, which will start the program.
 */
static int find_interp(struct exec *exec)
{
	const Elf32_Phdr *ph = exec->program.plan.interp;
	char *path;
	int err;

	if (!ph)
		return 0;
	/* A letter and the NUL at least. */
	if (ph->p_filesz < 2 || ph->p_filesz > PATH_MAX)
		return explain(&exec->why, -ENOEXEC,
			       "its interpreter's path has %u bytes, "
			       "expected 2 to %u",
			       (unsigned int)ph->p_filesz, PATH_MAX);
	path = kmalloc(ph->p_filesz, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = read_exact(exec->program.file, path, ph->p_filesz, ph->p_offset);
	if (err)
		explain(&exec->why, err,
			"its interpreter's path lies past the file's end");
	else if (path[ph->p_filesz - 1] != '\0')
		err = explain(&exec->why, -ENOEXEC,
			      "its interpreter's path ends with byte %02x, "
			      "expected 00",
			      path[ph->p_filesz - 1]);
	else
		err = load_interp(exec, path);
	kfree(path);
	return err;
}

/*
 * Returns the personality of the new program. Linux's rule: a file without
 * PT_GNU_STACK is from before the no-execute bit and may execute its data.
 */
static u32 new_personality(const struct exec *exec)
{
	/* ADDR_NO_RANDOMIZE and its like survive execve; the ABI does not. */
	u32 kept = current_thread_info()->personality & ~(u32)PER_MASK;

	return kept | ADDR_LIMIT_32BIT |
		(exec->program.plan.has_stack ? 0 : READ_IMPLIES_EXEC);
}

/*
 * Checks the program and its interpreter; the entry point is that of whichever
 * runs first.
 */
static int check_program(struct exec *exec)
{
	const struct elf_image *starter;
	int err = read_headers(exec, &exec->program);

	if (!err)
		err = find_interp(exec);
	if (err)
		return err;
	/* The program's PT_GNU_STACK decides, never the interpreter's. */
	exec->personality = new_personality(exec);
	starter = exec_starter(exec);
	return elf_check_entry(&starter->ehdr, starter->phdrs,
			       exec->personality & READ_IMPLIES_EXEC,
			       &exec->why);
}

/*
 * The strings of "#!" lines, which come before the arguments given. prefix[]
 * was filled from its end, because the outermost script is read first.
 */
static int add_prefix_strings(struct exec *exec)
{
	u32 first = ARRAY_SIZE(exec->prefix) - exec->nr_prefix;

	for (u32 i = first; i < ARRAY_SIZE(exec->prefix); i++) {
		int err = args_add_string(&exec->args, exec->prefix[i]);

		if (err)
			return err;
		exec->args.argc++;
	}
	return 0;
}

/*
 * The strings lie in one block in the order that the new stack will have, so
 * they are copied there as they are.
 */
static int collect_args(struct exec *exec, const char *path,
			const struct arg_vector *argv,
			const struct arg_vector *envp)
{
	struct exec_args *args = &exec->args;
	int err = add_prefix_strings(exec);

	if (!err) /* a script's own name stands for argv[0] */
		err = args_add_vector(args, argv, exec->nr_prefix ? 1 : 0,
				      &args->argc);
	/*
	 * As Linux since 5.18: many programs take argv[0] for granted, and
	 * would read envp[0] in its place.
	 */
	if (!err && args->argc == 0) {
		err = args_add_string(args, "");
		args->argc = 1;
	}
	/* exec_stack.c finds the parts of the block by these offsets. */
	args->env_offset = args->bytes;
	if (!err)
		err = args_add_vector(args, envp, 0, &args->envc);
	args->path_offset = args->bytes;
	if (!err)
		err = args_add_string(args, path);
	if (err)
		return explain(
			&exec->why, err,
			err == -E2BIG ?
				"arguments and environment need more than %u "
				"bytes" :
				"its arguments cannot be read (limit %u bytes)",
			ARG_MAX);
	return 0;
}

/*
 * Makes exec->mm beside the old one. It is not loaded yet, so copy_remote_vm
 * fills it.
 */
static int build_mm(struct exec *exec)
{
	int err;

	exec->mm = mm_alloc();
	if (!exec->mm)
		return explain(&exec->why, -ENOMEM,
			       "no memory for an address space");
	exec->mm->not_dumpable = exec->args.not_dumpable;
	/* Before anything is mapped: the search for room depends on it. */
	exec_choose_layout(exec);
	err = exec_map_images(exec);
	if (err)
		return err;
	err = exec_setup_stack(exec);
	if (err)
		return explain(&exec->why, err,
			       "no room for its stack below 0x%x: error %d",
			       (unsigned int)exec->stack_top, -err);
	return 0;
}

/* ---- the point of no return -------------------------------------- */

/* The task runs in mm from here on; the old address space loses this user. */
static void exec_mmap(struct mm_struct *mm)
{
	struct task_struct *task = current;
	struct thread_info *ti = &task->thread_info;
	struct mm_struct *old_mm = ti->mm, *old_active = ti->active_mm;
	u32 flags, irq_flags;

	/* While the old mm is still there: the services store into it. */
	if (old_mm)
		mm_release(task);
	flags = tasklist_lock(); /* get_task_mm_by_pid reads */
	if (old_mm)
		keep_fault_counts(task);
	/*
	 * A switch in between would load the tables of one mm while ti has the
	 * other.
	 */
	irq_flags = local_irq_save();
	ti->mm = mm;
	ti->active_mm = mm;
	switch_mm(old_active, mm);
	local_irq_restore(irq_flags);
	tasklist_unlock(flags);
	/* After the locks: the last mmput unmaps everything and may sleep. */
	if (old_mm)
		mmput(old_mm);
	else
		mmdrop(old_active); /* a kernel thread borrowed it */
}

/* For task->comm, as Linux: the last part of the path. */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Bit 0 of the entry point selects Thumb, as for BX. */
static void start_thread(struct pt_regs *regs, u32 entry, uaddr_t sp)
{
	*regs = (struct pt_regs){
		.sp = sp,
		.pc = entry & ~1u,
		.cpsr = PSR_MODE_USR | (entry & 1 ? PSR_T : 0),
	};
}

/*
 * The TLS value and the VFP registers belonged to the old program; they must
 * not leak into one that may run as another user.
 */
static void clear_user_registers(struct task_struct *task)
{
	vfp_exec();
	task->thread_info.tls = 0;
	__asm__ volatile("mcr p15, 0, %0, c13, c0, 3\n\t"
			 "mcr p15, 0, %0, c13, c0, 2"
			 :
			 : "r"(0));
}

/*
 * Gives the task a table of files of its own if another process shares it
 * (clone with CLONE_FILES), because close-on-exec must not close that one's
 * descriptors. The other threads are gone by now. If memory is out there is no
 * way back: the task is killed, as in Linux.
 */
static int unshare_files(struct exec *exec)
{
	struct thread_info *ti = current_thread_info();
	struct files_struct *shared = ti->files, *own;
	u32 flags;

	/* The kernel thread that becomes process 1 has no table yet. */
	if (!shared || !files_are_shared(shared))
		return 0;
	own = files_copy(shared);
	flags = tasklist_lock(); /* /proc reads it */
	if (own)
		ti->files = own;
	else
		kill_thread(current);
	tasklist_unlock(flags);
	if (!own)
		return explain(&exec->why, -ENOMEM,
			       "no memory for a table of files");
	files_put(shared);
	return 0;
}

/*
 * Installs the new credentials; exec takes the old ones, and free_exec drops
 * them.
 */
static void exec_take_cred(struct exec *exec)
{
	struct thread_info *ti = current_thread_info();
	const struct cred *old = ti->cred;
	u32 flags = tasklist_lock(); /* /proc and kill(2) read it */

	ti->cred = exec->cred;
	exec->cred = old;
	tasklist_unlock(flags);
}

/*
 * The point of no return is exec_mmap. What precedes it can fail: de_thread
 * without an effect, unshare_files only with a kill.
 */
static int commit(struct exec *exec, const char *path, struct pt_regs *regs)
{
	struct task_struct *task = current;
	int err = de_thread();

	if (err)
		return explain(&exec->why, err, "another thread was first");
	err = unshare_files(exec);
	if (err)
		return err;
	exec_mmap(exec->mm);
	/* The task owns it now; free_exec must not drop it. */
	exec->mm = NULL;
	/*
	 * After the old memory is gone: nobody may trace or read it with the
	 * new rights.
	 */
	if (exec->cred)
		exec_take_cred(exec);
	/* Handlers of the old program point into memory that is gone. */
	services_exec();
	/* Not before this: a failed execve must leave them open. */
	if (task->thread_info.files)
		files_close_on_exec(task->thread_info.files);
	strlcpy(task->comm, base_name(path), sizeof(task->comm));
	task->did_exec = true;
	/* set_child_tid is an address in the old program. */
	task->set_child_tid = 0;
	task->thread_info.personality = exec->personality;
	clear_user_registers(task);
	start_thread(regs, elf_entry(exec_starter(exec)), exec->sp);
	trace_event(TRACE_EXEC, regs->pc, exec->sp, 0, 0);
	return 0;
}

/* ---- the call ---------------------------------------------------- */

/*
 * The order matters: a script replaces the file before it is checked as ELF,
 * and the arguments are read while the old program is still there.
 */
static int prepare(struct exec *exec, const char *path,
		   const struct arg_vector *argv, const struct arg_vector *envp)
{
	int err = open_file(exec, path, &exec->program.file);

	/* services_load_program replaces it if the file is set-uid. */
	exec->args.cred = current_cred();
	if (!err)
		err = services_load_program(exec, path);
	if (!err)
		err = check_program(exec);
	if (!err)
		err = collect_args(exec, path, argv, envp);
	if (!err)
		err = build_mm(exec);
	return err;
}

/*
 * Too large for the stack. The parts behind args.pages are written before they
 * are read, so they are not cleared.
 */
static struct exec *alloc_exec(void)
{
	struct exec *exec = kmalloc(sizeof(*exec), GFP_KERNEL);

	if (!exec)
		return NULL;
	memset(exec, 0, offsetof(struct exec, args.pages));
	exec->why.text[0] = '\0';
	return exec;
}

/* phdrs may be NULL: kfree accepts that. */
static void free_image(struct elf_image *image)
{
	if (image->file)
		fput(image->file);
	kfree(image->phdrs);
}

/* On success mm and the new cred have been taken; on failure all of it goes. */
static void free_exec(struct exec *exec)
{
	if (exec->mm)
		mmput(exec->mm);
	free_image(&exec->program);
	free_image(&exec->interp);
	put_cred(exec->cred);
	args_free(&exec->args);
	for (u32 i = 0; i < SCRIPT_DEPTH; i++)
		kfree(exec->lines[i]);
	kfree(exec);
}

/*
 * True if the failure is worth a line on the log: a broken file, or an
 * interpreter that cannot be used. The bare errno would hide that it is not the
 * program which is missing.
 */
static bool is_broken(const struct exec *exec, int err)
{
	/*
	 * No argument was collected yet: check_program failed, and for a sound
	 * program that means its interpreter.
	 */
	return err == -ENOEXEC ||
		(err && exec->program.plan.interp && !exec->args.bytes);
}

/*
 * Runs prepare and commit. *broken is set if the failure is one of the file;
 * last_why then describes it.
 */
static int exec_program(const char *path, const struct arg_vector *argv,
			const struct arg_vector *envp, struct pt_regs *regs,
			bool *broken)
{
	struct exec *exec = alloc_exec();
	int err;

	*broken = false;
	if (!exec)
		return explain(&last_why, -ENOMEM, "%s: no memory", path);
	err = prepare(exec, path, argv, envp);
	if (!err)
		err = commit(exec, path, regs);
	/* Errors of services and of the copies come without a sentence. */
	if (err && !exec->why.text[0])
		explain(&exec->why, err, "error %d", -err);
	if (err)
		explain(&last_why, err, "%s: %s", path, exec->why.text);
	*broken = is_broken(exec, err);
	free_exec(exec);
	return err;
}

/* For process 1, whose strings are the kernel's, and for tests. */
int do_execve(const char *path, char *const argv[], char *const envp[],
	      struct pt_regs *regs, const char **why)
{
	const struct arg_vector args = { .kernel = argv };
	const struct arg_vector env = { .kernel = envp };
	bool broken;
	int err = exec_program(path, &args, &env, regs, &broken);

	*why = err ? last_why.text : NULL;
	return err;
}

/* The log gets a sentence, since execve(2) can return no more than -ENOEXEC. */
s32 do_user_execve(const char *path, uaddr_t uargv, uaddr_t uenvp,
		   struct pt_regs *regs)
{
	const struct arg_vector argv = { .user = uargv };
	const struct arg_vector envp = { .user = uenvp };
	bool broken;
	int err = exec_program(path, &argv, &envp, regs, &broken);

	if (broken)
		pr_info("execve: %s\n", last_why.text);
	return err;
}

/* path is copied first: user memory may change while the file is opened. */
s32 sys_execve(struct pt_regs *regs)
{
	/* Now: on success regs belong to the new program. */
	uaddr_t argv = regs->r[1], envp = regs->r[2];
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	int err;

	if (!path)
		return -ENOMEM;
	err = strncpy_from_user(path, regs->r[0], PATH_MAX, NULL);
	if (!err && !*path)
		err = -ENOENT;
	if (!err)
		err = do_user_execve(path, argv, envp, regs);
	kfree(path);
	return err;
}
