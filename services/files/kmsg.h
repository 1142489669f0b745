/*
 * services/files/kmsg.h - reading the kernel's log (log_read.c).
 */
#ifndef SERVICES_FILES_KMSG_H
#define SERVICES_FILES_KMSG_H

#include <types.h>

#define KMSG_BYTES 512 /* of a record; the log's own limit */

#define LOGLEVEL_LEAST   1u /* of the console, where it shows emergencies only */
#define LOGLEVEL_PROGRAM 4u /* what a program writes without a level */

/*
 * Copy log text from position *pos (0 = oldest kept) into buf, at most bytes.
 * Returns what was copied, advances *pos; 0 at the end.
 */
size_t log_read(u64 *pos, char *buf, size_t bytes);

/* What is known of a record besides its text. */
struct log_info {
	u64 usec; /* since boot, to a tick */
	u8 prio;  /* level, and who said it: 8 for a program, by /dev/kmsg */
};

/*
 * Copy record *seq, or the oldest that is left if that is later (*seq says so),
 * without its line's end and cut to bytes - 1. False: none is that new.
 */
bool __must_check log_read_record(u64 *seq, struct log_info *info, char *buf,
				  size_t bytes);
/* How many there have been: the next one's number. */
u64 log_next_record(void);
/* Wait until there is record seq: 0, or -ERESTARTSYS. May sleep. (kmsg.c) */
int __must_check wait_record(u64 seq);

#endif
