/* inspect/proc_sys.h - what the files of /proc/sys share. */
#ifndef INSPECT_PROC_SYS_H
#define INSPECT_PROC_SYS_H

#include <inspect/internal.h>

/* The text of a file that is one number. Returns 0. (proc_sys.c) */
int show_number(struct seq_file *m, u32 number);
/*
 * Reads a decimal number of 32 bits, or one from least to most: 0, or -EINVAL,
 * and then *number stays as it was. (proc_sys.c)
 */
int __must_check read_number(const char *text, u32 *number);
int __must_check read_between(const char *text, u32 least, u32 most,
			      u32 *number);
extern const struct proc_dir mqueue_dir; /* proc_mqueue.c */
extern const struct proc_dir vm_dir;     /* proc_sys_vm.c */
extern const struct proc_dir fs_dir;     /* proc_sys_fs.c */

#endif
