/*
 * services/coredump/coredump.h - what a program leaves when it crashes.
 */
#ifndef SERVICES_COREDUMP_COREDUMP_H
#define SERVICES_COREDUMP_COREDUMP_H

#include <service.h>
#include <types.h>

extern const struct service coredump_service;

/* ---- what is chosen ---------------------------------------------- */

#define CORE_PATTERN_BYTES 128

/* /proc/sys/kernel/core_pattern; buf has room for all of it. */
void get_core_pattern(char *buf);
/* 0 or -EINVAL: too long, or a pipe. */
int __must_check set_core_pattern(const char *pattern);

/*
 * /proc/PID/coredump_filter, Linux's bits: which memory is in the core. Of the
 * process of task; tasklist_lock held.
 */
#define CORE_ANON_PRIVATE 0x01
#define CORE_ANON_SHARED  0x02
#define CORE_FILE_PRIVATE 0x04
#define CORE_FILE_SHARED  0x08
#define CORE_ELF_HEADERS  0x10
#define CORE_HUGE         0x20 /* there is none */
#define CORE_FILTER_MASK  0x1ffu
u32 get_core_filter(const struct task_struct *task);
void set_core_filter(struct task_struct *task, u32 filter);

#endif
