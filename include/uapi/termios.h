/*
 * uapi/termios.h - terminals, with Linux's values and kernel-side layout.
 *
 * struct ktermios here is what TCGETS and TCSETS move (36 bytes), Linux's
 * kernel struct termios; a C library's own struct termios is larger.
 */
#ifndef UAPI_TERMIOS_H
#define UAPI_TERMIOS_H

#include <assert.h>
#include <stdint.h>

#define KTERMIOS_NCCS 19

struct ktermios {
	uint32_t c_iflag;
	uint32_t c_oflag;
	uint32_t c_cflag;
	uint32_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[KTERMIOS_NCCS];
};

static_assert(sizeof(struct ktermios) == 36, "kernel termios size");

/*
 * What TCGETA and TCSETA move, of System V: the low halves of the modes, and
 * the first of the characters.
 */
#define KTERMIO_NCC 8

struct ktermio {
	uint16_t c_iflag;
	uint16_t c_oflag;
	uint16_t c_cflag;
	uint16_t c_lflag;
	uint8_t c_line;
	uint8_t c_cc[KTERMIO_NCC];
};

static_assert(sizeof(struct ktermio) == 18, "kernel termio size");

struct kwinsize {
	uint16_t ws_row;
	uint16_t ws_col;
	uint16_t ws_xpixel;
	uint16_t ws_ypixel;
};

#define TCGETS      0x5401
#define TCSETS      0x5402
#define TCSETSW     0x5403
#define TCSETSF     0x5404
#define TCGETA      0x5405
#define TCSETA      0x5406
#define TCSETAW     0x5407
#define TCSETAF     0x5408
#define TCSBRK      0x5409
#define TCXONC      0x540a
#define TCFLSH      0x540b
#define TCOOFF      0 /* TCXONC's */
#define TCOON       1
#define TCIOFF      2
#define TCION       3
#define TCIFLUSH    0 /* its arguments */
#define TCOFLUSH    1
#define TCIOFLUSH   2
#define TIOCEXCL    0x540c
#define TIOCNXCL    0x540d
#define TIOCSCTTY   0x540e
#define TIOCGPGRP   0x540f
#define TIOCSPGRP   0x5410
#define TIOCOUTQ    0x5411
#define TIOCSETD    0x5423
#define TIOCGETD    0x5424
#define N_TTY       0 /* the line discipline of terminals */
#define TCSBRKP     0x5425
#define TIOCSTI     0x5412
#define TIOCGWINSZ  0x5413
#define TIOCSWINSZ  0x5414
#define FIONREAD    0x541b
#define TIOCPKT     0x5420
#define TIOCNOTTY   0x5422
#define TIOCGSID    0x5429
#define FIONBIO     0x5421
#define TIOCGPTN    0x80045430
#define TIOCSPTLCK  0x40045431
#define TIOCGPKT    0x80045438
#define TIOCGPTLCK  0x80045439
#define TIOCGEXCL   0x80045440
#define TIOCSIG     0x40045436
#define TIOCGPTPEER 0x5441
#define FIONCLEX    0x5450
#define FIOCLEX     0x5451
#define FIOASYNC    0x5452
#define FIOQSIZE    0x545e
#define FIBMAP      1
#define FIGETBSZ    2

/* The first byte of each read in packet mode: data follows, or these bits. */
#define TIOCPKT_DATA       0
#define TIOCPKT_FLUSHREAD  1
#define TIOCPKT_FLUSHWRITE 2
#define TIOCPKT_STOP       4
#define TIOCPKT_START      8
#define TIOCPKT_NOSTOP     16 /* ^S and ^Q do not stop and continue output */
#define TIOCPKT_DOSTOP     32 /* they do */
#define TIOCPKT_IOCTL      64 /* EXTPROC is set, or was: the modes may differ */

/* c_iflag */
#define ISTRIP   0000040
#define INLCR    0000100
#define IGNCR    0000200
#define ICRNL    0000400
#define IXON     0002000
#define IXANY    0004000
#define IUTF8    0040000
/* c_oflag */
#define OPOST    0000001
#define ONLCR    0000004
#define OCRNL    0000010
/* c_cflag */
#define B38400   0000017
#define CS8      0000060
#define CREAD    0000200
#define HUPCL    0002000
#define CLOCAL   0004000
/* c_lflag */
#define ISIG     0000001
#define ICANON   0000002
#define ECHO     0000010
#define ECHOE    0000020
#define ECHOK    0000040
#define ECHONL   0000100
#define NOFLSH   0000200
#define TOSTOP   0000400
#define ECHOCTL  0001000
#define ECHOKE   0004000
#define IEXTEN   0100000
#define EXTPROC  0200000
/* c_cc */
#define VINTR    0
#define VQUIT    1
#define VERASE   2
#define VKILL    3
#define VEOF     4
#define VTIME    5
#define VMIN     6
#define VSTART   8
#define VSTOP    9
#define VSUSP    10
#define VEOL     11
#define VREPRINT 12
#define VDISCARD 13
#define VWERASE  14
#define VLNEXT   15
#define VEOL2    16

#endif
