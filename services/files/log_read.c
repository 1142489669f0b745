/*
 * services/files/log_read.c - reads the kernel's log, as plain text or a record
 * at a time. The core only writes it.
 */
#include <lib/log.h>
#include <lib/printk.h>
#include <services/files/kmsg.h>

size_t log_read(u64 *pos, char *buf, size_t bytes)
{
	u32 flags = log_lock_irqsave();
	size_t copied = 0;

	/* The ring may have overwritten what the reader has not seen yet. */
	*pos = max(*pos, log_oldest());
	while (copied < bytes && *pos < log_head)
		buf[copied++] = log_ring[(*pos)++ % LOG_BYTES];
	log_unlock_irqrestore(flags);
	return copied;
}

/* The number of the oldest record that is still whole. Hold log_lock. */
static u64 oldest_record(void)
{
	u64 n = log_nr_records > LOG_RECORDS ? log_nr_records - LOG_RECORDS : 0;

	/* The table of places may reach further back than the ring's bytes. */
	while (n < log_nr_records &&
	       (u32)log_head - log_places[n % LOG_RECORDS].start > LOG_BYTES)
		n++;
	return n;
}

bool log_read_record(u64 *seq, struct log_info *info, char *buf, size_t bytes)
{
	u32 flags = log_lock_irqsave();
	const struct log_place *place;
	u32 pos, end;

	*seq = max(*seq, oldest_record());
	/*
	 * A record without an end of line may still grow, so it is not
	 * returned.
	 */
	if (*seq + log_line_open >= log_nr_records) {
		log_unlock_irqrestore(flags);
		return false;
	}
	place = &log_places[*seq % LOG_RECORDS];
	info->prio = place->prio;
	info->usec = (u64)place->ticks * LOG_TICK_USEC;
	pos = place->start;
	end = *seq + 1 < log_nr_records ?
		log_places[(*seq + 1) % LOG_RECORDS].start :
		(u32)log_head;
	/* One byte less: the newline that ends each record. */
	for (end = pos + min(end - pos - 1, bytes - 1); pos != end; pos++)
		*buf++ = log_ring[pos % LOG_BYTES];
	*buf = '\0';
	log_unlock_irqrestore(flags);
	return true;
}

/*
 * The lock makes the 64-bit load one step: an interrupt that logs between its
 * halves would tear it.
 */
u64 log_next_record(void)
{
	u32 flags = log_lock_irqsave();
	u64 end = log_nr_records;

	log_unlock_irqrestore(flags);
	return end;
}
