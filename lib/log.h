/*
 * lib/log.h - the layout of the log (lib/printk.c), for its readers
 * (services/files/log_read.c). The log's lock guards all of it.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <types.h>

#define LOG_BYTES   0x8000u
#define LOG_RECORDS 512u

/* Where one record is in the ring, when it was logged, and with what level. */
struct log_place {
	u32 start; /* low half of its first byte's number, counted as log_head is */
	u32 ticks; /* since boot */
	u8 prio;   /* syslog(3)'s: the level 0 to 7, and 8 times the facility */
};

extern char log_ring[LOG_BYTES];
extern u64 log_head; /* bytes ever logged; byte n is log_ring[n % LOG_BYTES] */
extern struct log_place log_places[LOG_RECORDS];
extern u64 log_nr_records; /* record n is in log_places[n % LOG_RECORDS] */
extern bool log_line_open; /* the last record has no newline yet */

/*
 * Takes the log's lock with interrupts off; returns the flags for the unlock.
 */
u32 log_lock_irqsave(void);
void log_unlock_irqrestore(u32 flags);
/*
 * Returns the number of the oldest byte that the ring still has. Hold the lock.
 */
u64 log_oldest(void);

#endif
