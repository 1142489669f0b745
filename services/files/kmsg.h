/*
 * services/files/kmsg.h - how the log's readers get text and records
 * (log_read.c).
 */
#ifndef SERVICES_FILES_KMSG_H
#define SERVICES_FILES_KMSG_H

#include <types.h>

#define KMSG_BYTES 512 /* largest record with its NUL; the log's own limit */

#define LOGLEVEL_LEAST   1u /* the console shows emergencies only */
#define LOGLEVEL_PROGRAM 4u /* of a program's text without a level */

/*
 * Copies log text from position *pos (0: the oldest that is left) to buf, at
 * most `bytes` bytes. Returns how many, and advances *pos behind them; 0 at the
 * end. Takes the log's lock, so it works in any context.
 */
size_t log_read(u64 *pos, char *buf, size_t bytes);

/* A record's header. */
struct log_info {
	u64 usec; /* since boot, in steps of a tick */
	u8 prio;  /* level 0 to 7, plus 8 for a program's record */
};

/*
 * Copies record *seq to buf, or the oldest that is left if that is later, and
 * then sets *seq to its number. The newline at its end is left out; the text is
 * cut to bytes - 1 and ends with a NUL. False: there is no such record yet.
 */
bool __must_check log_read_record(u64 *seq, struct log_info *info, char *buf,
				  size_t bytes);
/* The number that the next record will get. */
u64 log_next_record(void);
/*
 * The first record since syslog(2) cleared the log; 0 before that. The record
 * may have been overwritten, or may not exist yet. May sleep. (syslog.c)
 */
u64 log_clear_seq(void);
/* Whether the running task may take and change the log. (syslog.c) */
bool may_take_log(void);
/* The record that LOG_READ of syslog(2) returns next. (syslog.c) */
u64 log_unread(void);
/*
 * LOG_READ and LOG_SIZE_UNREAD, for a reader whose rights were checked when it
 * opened /proc/kmsg: the bytes or -errno. May sleep. (syslog.c)
 */
s32 log_take(uaddr_t buf, u32 bytes);
s32 log_unread_bytes(void);
/* Sleeps until record seq exists. 0 or -ERESTARTSYS. (kmsg.c) */
int __must_check wait_record(u64 seq);

#endif
