/*
 * Which events are recorded, and by whom: nobody until inspect/trace.c is asked.
 */
#include <trace.h>

u32 trace_mask;
void (*trace_sink)(enum trace_kind kind, u32 a, u32 b, u32 c, u32 d);
