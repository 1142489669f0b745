/*
 * time_units.h - units of time in nanoseconds, and in each other.
 *
 * 64 bits wide, so that a product with a 32-bit number is, too.
 */
#ifndef TIME_UNITS_H
#define TIME_UNITS_H

#define NSEC_PER_SEC      1000000000ull
#define NSEC_PER_DECISEC  100000000ull
#define NSEC_PER_CENTISEC 10000000ull
#define NSEC_PER_MSEC     1000000ull
#define NSEC_PER_USEC     1000ull
#define USEC_PER_SEC      1000000u

#endif
