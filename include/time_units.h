/*
 * time_units.h - how many nanoseconds a unit of time has.
 *
 * 64 bits wide, so that the product with a 32-bit number is computed in 64 bits.
 */
#ifndef TIME_UNITS_H
#define TIME_UNITS_H

#define NSEC_PER_SEC      1000000000ull
#define NSEC_PER_DECISEC  100000000ull
#define NSEC_PER_CENTISEC 10000000ull
#define NSEC_PER_MSEC     1000000ull
#define NSEC_PER_USEC     1000ull
/* A second in microseconds, for 32-bit arithmetic. */
#define USEC_PER_SEC      1000000u

#endif
