/*
 * The mask of recorded events and the function that records them. Both are zero
 * until inspect/trace.c sets them.
 */
#include <trace.h>

u32 trace_mask;
void (*trace_sink)(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);
