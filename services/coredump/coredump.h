/*
 * services/coredump/coredump.h - the settings of core dumps.
 */
#ifndef SERVICES_COREDUMP_COREDUMP_H
#define SERVICES_COREDUMP_COREDUMP_H

#include <service.h>
#include <types.h>

extern const struct service coredump_service;

/* ---- settings ---------------------------------------------------- */

#define CORE_PATTERN_BYTES 128

/* Copies /proc/sys/kernel/core_pattern to buf, of CORE_PATTERN_BYTES bytes. */
void get_core_pattern(char *buf);
/* Sets it. 0, or -EINVAL if it is too long or begins with '|' (a pipe). */
int __must_check set_core_pattern(const char *pattern);

/*
 * /proc/PID/coredump_filter of task's process, in Linux's bits: which memory is
 * written to the core. Hold tasklist_lock, so that the group's leader stays.
 */
#define CORE_ANON_PRIVATE 0x01
#define CORE_ANON_SHARED  0x02
#define CORE_FILE_PRIVATE 0x04
#define CORE_FILE_SHARED  0x08
#define CORE_ELF_HEADERS  0x10
#define CORE_HUGE         0x20 /* Linux's; there are no huge pages here */
#define CORE_FILTER_MASK  0x1ffu
u32 get_core_filter(const struct task_struct *task);
void set_core_filter(struct task_struct *task, u32 filter);

#endif
