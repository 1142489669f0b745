/*
 * The mask of recorded events and the function that records them. Both are zero
 * until inspect/trace.c is told to record.
 */
#include <trace.h>

u32 trace_mask;
void (*trace_sink)(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);
