/*
 * A line typed at a terminal: keys into changes, changes onto the screen.
 *
 * The prompt is printed once. What changed is printed again from the column
 * behind it, in one write; a character at the end of the line, which is what
 * people mostly type, is printed alone.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "edit.h"
#include "linux.h"

#define CTRL(letter)  ((letter) - '@')
#define ESCAPE        0x1b
#define RUBOUT        0x7f
#define HISTORY_LINES 64
#define COLUMNS       80 /* of a serial terminal, which cannot be asked */

/* Keys that send more than a byte, in the order of key_letters. */
enum key {
	KEY_UP = 0x100,
	KEY_DOWN,
	KEY_RIGHT,
	KEY_LEFT,
	KEY_HOME,
	KEY_END,
	KEY_DELETE,
	KEY_NONE, /* a key without an effect */
	KEY_GONE, /* the terminal has been closed */
};

static const char key_letters[] = "ABCDHF";

struct editor {
	const char *prompt;
	char *line;
	size_t used, at; /* bytes of the line; left of the cursor */
	size_t first;    /* the byte in the first column that is shown */
	int shown;       /* a line of the history, or nr_history: the new one */
	edit_names_fn names;
	char typed[EDIT_MAX_BYTES]; /* the new line, while another is shown */
};

static char *history[HISTORY_LINES];
static int nr_history;

/* ---- the terminal ------------------------------------------------ */

static void print(const char *text, size_t bytes)
{
	if (write(STDOUT_FILENO, text, bytes) < 0)
		return; /* the next read finds the terminal gone, too */
}

static void bell(void)
{
	print("\a", 1);
}

/*
 * Returns the columns for the line, behind the prompt. The terminal's last one is
 * not used: a character there would move the cursor to the next row.
 */
static size_t room(const struct editor *ed)
{
	struct kwinsize size = { 0 };

	linux_syscall(__NR_ioctl, STDOUT_FILENO, TIOCGWINSZ, &size);
	return (size.ws_col > 20 ? size.ws_col : COLUMNS) - strlen(ed->prompt) -
		1;
}

/* Stores what moves the cursor right, ESC [ n C; nothing for 0 columns. */
static int right_by(char *out, size_t bytes, size_t columns)
{
	return columns ?
		snprintf(out, bytes, "\033[%uC", (unsigned int)columns) :
		0;
}

/* Prints the whole line again and puts the cursor into its place. */
static void redraw(struct editor *ed)
{
	char out[EDIT_MAX_BYTES + 64];
	size_t width = room(ed), n = 0, shown;

	/* The line moves by half the width, so that few keys move it. */
	if (ed->at < ed->first || ed->at > ed->first + width)
		ed->first = ed->at > width / 2 ? ed->at - width / 2 : 0;
	shown = ed->used - ed->first;
	if (shown > width)
		shown = width;
	out[n++] = '\r';
	n += right_by(out + n, sizeof(out) - n, strlen(ed->prompt));
	memcpy(out + n, ed->line + ed->first, shown);
	n += shown;
	n += snprintf(out + n, sizeof(out) - n, "\033[K\r");
	n += right_by(out + n, sizeof(out) - n,
		      strlen(ed->prompt) + ed->at - ed->first);
	print(out, n);
}

/* Prints prompt and line again, after other text was printed. */
static void begin_again(struct editor *ed)
{
	print(ed->prompt, strlen(ed->prompt));
	redraw(ed);
}

/* ---- keys -------------------------------------------------------- */

static int next_byte(void)
{
	unsigned char c;

	return read(STDIN_FILENO, &c, 1) == 1 ? c : KEY_GONE;
}

/* Reads what follows ESC: [ or O, perhaps a number, then a letter or ~. */
static int escaped_key(void)
{
	int c = next_byte(), number = 0;
	const char *letter;

	if (c != '[' && c != 'O')
		return c == KEY_GONE ? c : KEY_NONE;
	while (isdigit(c = next_byte()))
		number = number * 10 + c - '0';
	if (c == KEY_GONE)
		return c;
	if (c == '~')
		return number == 1 || number == 7  ? KEY_HOME :
			number == 4 || number == 8 ? KEY_END :
			number == 3                ? KEY_DELETE :
						     KEY_NONE;
	letter = c ? strchr(key_letters, c) : NULL;
	return letter ? KEY_UP + (int)(letter - key_letters) : KEY_NONE;
}

static int next_key(void)
{
	int c = next_byte();

	switch (c) {
	case ESCAPE:
		return escaped_key();
	case CTRL('A'):
		return KEY_HOME;
	case CTRL('B'):
		return KEY_LEFT;
	case CTRL('E'):
		return KEY_END;
	case CTRL('F'):
		return KEY_RIGHT;
	case CTRL('N'):
		return KEY_DOWN;
	case CTRL('P'):
		return KEY_UP;
	case CTRL('H'):
		return RUBOUT;
	case '\n':
		return '\r';
	default:
		return c;
	}
}

/* ---- changes ----------------------------------------------------- */

static void insert(struct editor *ed, const char *text, size_t bytes)
{
	if (ed->used + bytes >= EDIT_MAX_BYTES) {
		bell();
		return;
	}
	memmove(ed->line + ed->at + bytes, ed->line + ed->at,
		ed->used - ed->at);
	memcpy(ed->line + ed->at, text, bytes);
	ed->at += bytes;
	ed->used += bytes;
	if (ed->at == ed->used && ed->used - ed->first <= room(ed))
		print(text, bytes);
	else
		redraw(ed);
}

/* Deletes the bytes [from, to) and puts the cursor where they were. */
static void cut(struct editor *ed, size_t from, size_t to)
{
	memmove(ed->line + from, ed->line + to, ed->used - to);
	ed->used -= to - from;
	ed->at = from;
	redraw(ed);
}

static size_t word_begin(const struct editor *ed)
{
	size_t at = ed->at;

	while (at && isspace((unsigned char)ed->line[at - 1]))
		at--;
	while (at && !isspace((unsigned char)ed->line[at - 1]))
		at--;
	return at;
}

static void move(struct editor *ed, size_t at)
{
	ed->at = at;
	redraw(ed);
}

static void show_line(struct editor *ed, int nr)
{
	if (nr < 0 || nr > nr_history) {
		bell();
		return;
	}
	if (ed->shown == nr_history) {
		memcpy(ed->typed, ed->line, ed->used);
		ed->typed[ed->used] = '\0';
	}
	ed->shown = nr;
	strcpy(ed->line, nr == nr_history ? ed->typed : history[nr]);
	ed->used = ed->at = strlen(ed->line);
	redraw(ed);
}

/* ---- Tab --------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns the length of the beginning that all names share. */
static size_t in_common(const struct names *names)
{
	size_t n = strlen(names->list[0]);

	for (int i = 1; i < names->nr; i++)
		while (strncmp(names->list[0], names->list[i], n) != 0)
			n--;
	return n;
}

/* Prints the names below the line, in columns; of paths the last part. */
static void list_names(const struct names *names)
{
	size_t column = 0;

	printf("\n");
	for (int i = 0; i < names->nr; i++) {
		const char *name = names->list[i], *p;

		for (p = name; *p; p++)
			if (*p == '/' && p[1])
				name = p + 1;
		if (column + strlen(name) + 2 > COLUMNS) {
			printf("\n");
			column = 0;
		}
		column += (size_t)printf("%s  ", name);
	}
	printf("\n");
	fflush(stdout);
}

static void complete(struct editor *ed)
{
	size_t word = 0, common;
	struct names names = ed->names(ed->line, ed->at, &word);

	if (!names.nr) {
		bell();
		return;
	}
	qsort(names.list, (size_t)names.nr, sizeof(names.list[0]), by_name);
	common = in_common(&names);
	if (common > ed->at - word)
		insert(ed, names.list[0] + (ed->at - word),
		       common - (ed->at - word));
	else if (names.nr > 1) {
		list_names(&names);
		begin_again(ed);
	}
	for (int i = 0; i < names.nr; i++)
		free(names.list[i]);
	free(names.list);
}

/* ---- a line ------------------------------------------------------ */

static void remember(const char *line)
{
	if (!line[0] ||
	    (nr_history && strcmp(line, history[nr_history - 1]) == 0))
		return;
	if (nr_history == HISTORY_LINES) {
		free(history[0]);
		memmove(history, history + 1,
			sizeof(history) - sizeof(history[0]));
		nr_history--;
	}
	history[nr_history] = strdup(line);
	if (history[nr_history])
		nr_history++;
}

static void change(struct editor *ed, int key)
{
	char c = (char)key;

	if (key == RUBOUT && ed->at)
		cut(ed, ed->at - 1, ed->at);
	else if ((key == KEY_DELETE || key == CTRL('D')) && ed->at < ed->used)
		cut(ed, ed->at, ed->at + 1);
	else if (key == CTRL('U'))
		cut(ed, 0, ed->at);
	else if (key == CTRL('K'))
		cut(ed, ed->at, ed->used);
	else if (key == CTRL('W'))
		cut(ed, word_begin(ed), ed->at);
	else if (key == KEY_LEFT && ed->at)
		move(ed, ed->at - 1);
	else if (key == KEY_RIGHT && ed->at < ed->used)
		move(ed, ed->at + 1);
	else if (key == KEY_HOME || key == KEY_END)
		move(ed, key == KEY_HOME ? 0 : ed->used);
	else if (key == KEY_UP || key == KEY_DOWN)
		show_line(ed, ed->shown + (key == KEY_UP ? -1 : 1));
	else if (key == '\t')
		complete(ed);
	else if (key == CTRL('L')) {
		print("\033[H\033[2J", 7);
		begin_again(ed);
	} else if (key < KEY_UP && isprint(key))
		insert(ed, &c, 1);
	else
		bell();
}

enum edited edit_line(const char *prompt, char line[EDIT_MAX_BYTES],
		      edit_names_fn names)
{
	struct editor ed = { .prompt = prompt,
			     .line = line,
			     .shown = nr_history,
			     .names = names };
	enum edited end = EDIT_LINE;
	struct ktermios before;
	int key;

	fflush(stdout);
	enter_raw(STDIN_FILENO, ISIG | IEXTEN, &before);
	print(prompt, strlen(prompt));
	while ((key = next_key()) != '\r') {
		line[ed.used] = '\0';
		if (key == CTRL('C'))
			end = EDIT_INTERRUPT;
		else if (key == KEY_GONE || (key == CTRL('D') && !ed.used))
			end = EDIT_END;
		if (end != EDIT_LINE)
			break;
		change(&ed, key);
	}
	line[ed.used] = '\0';
	/* Before the newline, after which a person or a test may type on. */
	leave_raw(STDIN_FILENO, &before);
	print("^C\n" + (end == EDIT_INTERRUPT ? 0 : 2),
	      end == EDIT_INTERRUPT ? 3 : 1);
	if (end == EDIT_LINE)
		remember(line);
	return end;
}
