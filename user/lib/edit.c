/*
 * A line typed at a terminal: keys into changes, changes onto the screen.
 *
 * After a change the whole line is printed again; a character at its end, which is
 * what people mostly type, is printed alone. All is written before a key is read.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "edit.h"
#include "linux.h"

#define BELL          "\a"
#define PROMPT        "$ "
#define COLUMNS       80 /* of a serial terminal, which cannot be asked */
/* For the line: in the last column a character would move the cursor on. */
#define ROOM          (COLUMNS - strlen(PROMPT) - 1)
#define HISTORY_LINES 64

/* Keys: bytes, and these. */
#define CTRL(letter) ((letter) - '@')
#define RUBOUT       0x7f
#define DELETE       0x100
#define GONE         (-1) /* the terminal has been closed */

struct editor {
	char *line;
	size_t at;    /* bytes left of the cursor */
	size_t first; /* the byte in the first column that is shown */
	int shown;    /* a line of the history, or nr_history: the new one */
	const char *const *commands;
};

/* Behind the last is the new line, while another is shown. */
static char history[HISTORY_LINES + 1][EDIT_MAX_BYTES];
static int nr_history;

/* ---- the terminal ------------------------------------------------ */

static void begin(struct editor *ed)
{
	printf(PROMPT);
	ed->line[0] = '\0';
	ed->at = ed->first = 0;
	ed->shown = nr_history;
}

/* Prints the whole line again and puts the cursor into its place. */
static void redraw(struct editor *ed)
{
	/* The line moves by half the width, so that few keys move it. */
	if (ed->at < ed->first || ed->at > ed->first + ROOM)
		ed->first = ed->at > ROOM / 2 ? ed->at - ROOM / 2 : 0;
	/* ESC [ K clears to the right, ESC 7 keeps the cursor's place for ESC 8. */
	printf("\r\033[K" PROMPT "%.*s\0337%.*s\0338",
	       (int)(ed->at - ed->first), ed->line + ed->first,
	       (int)(ROOM - (ed->at - ed->first)), ed->line + ed->at);
}

/* ---- keys -------------------------------------------------------- */

static int next_byte(void)
{
	unsigned char c;

	fflush(stdout);
	return read(STDIN_FILENO, &c, 1) == 1 ? c : GONE;
}

/*
 * Reads what follows ESC: [ or O, perhaps numbers, then a letter or ~. Returns a
 * control character that does the same.
 */
static int escaped_key(void)
{
	static const short keys[128] = {
		['A'] = CTRL('P'), ['B'] = CTRL('N'), ['C'] = CTRL('F'),
		['D'] = CTRL('B'), ['H'] = CTRL('A'), ['F'] = CTRL('E'),
		[1] = CTRL('A'),   [7] = CTRL('A'),   [4] = CTRL('E'),
		[8] = CTRL('E'),   [3] = DELETE,
	};
	int c = next_byte(), number = 0;

	if (c != '[' && c != 'O')
		return c == GONE ? c : 0;
	while (isdigit(c = next_byte()) || c == ';')
		number = c == ';' ? 0 : number * 10 + c - '0';
	if (c == '~')
		c = number;
	return c >= 0 && c < 128 ? keys[c] : c;
}

static int next_key(void)
{
	int c = next_byte();

	return c == CTRL('[') ? escaped_key() : c;
}

/* ---- changes ----------------------------------------------------- */

static void insert(struct editor *ed, const char *text)
{
	size_t bytes = strlen(text), right = strlen(ed->line + ed->at);

	if (ed->at + right + bytes >= EDIT_MAX_BYTES) {
		printf(BELL);
		return;
	}
	memmove(ed->line + ed->at + bytes, ed->line + ed->at, right + 1);
	memcpy(ed->line + ed->at, text, bytes);
	ed->at += bytes;
	if (!right && ed->at - ed->first <= ROOM)
		printf("%s", text);
	else
		redraw(ed);
}

/* Deletes the bytes [from, to) and puts the cursor where they were. */
static void cut(struct editor *ed, size_t from, size_t to)
{
	memmove(ed->line + from, ed->line + to, strlen(ed->line + to) + 1);
	ed->at = from;
	redraw(ed);
}

static size_t word_begin(const struct editor *ed)
{
	size_t at = ed->at;

	while (at && ed->line[at - 1] == ' ')
		at--;
	while (at && ed->line[at - 1] != ' ')
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
		printf(BELL);
		return;
	}
	if (ed->shown == nr_history)
		strcpy(history[nr_history], ed->line);
	ed->shown = nr;
	strcpy(ed->line, history[nr]);
	move(ed, strlen(ed->line));
}

/* ---- Tab --------------------------------------------------------- */

struct search {
	char dir[EDIT_MAX_BYTES];      /* whose entries are names, with its / */
	const char *prefix;            /* with which they begin */
	size_t bytes;                  /* of prefix */
	const char *const *commands;   /* names, too, up to NULL; or NULL */
	char rest[2 * EDIT_MAX_BYTES]; /* what all found so far share */
	int nr;                        /* of names found */
	bool print;                    /* them, instead of comparing them */
};

/* Finds out what the word left of the cursor may become. */
static void begin_search(struct search *search, const struct editor *ed)
{
	size_t word = ed->at, name = ed->at, before;

	while (word && !strchr(" |<>;&", ed->line[word - 1]))
		word--;
	while (name > word && ed->line[name - 1] != '/')
		name--;
	for (before = word; before && ed->line[before - 1] == ' ';)
		before--;
	search->prefix = ed->line + name;
	search->bytes = ed->at - name;
	if (name > word) {
		snprintf(search->dir, EDIT_MAX_BYTES, "%.*s",
			 (int)(name - word), ed->line + word);
	} else if (before && !strchr("|;&", ed->line[before - 1])) {
		strcpy(search->dir, "./");
	} else {
		strcpy(search->dir, "/bin/");
		search->commands = ed->commands;
	}
}

/* Takes a name into account, or prints it, if it begins with the prefix. */
static void take(struct search *search, const char *name)
{
	char text[2 * EDIT_MAX_BYTES];
	struct stat st = { 0 };
	size_t shared = 0;

	/* Hidden names, also . and .., only if a dot is typed. */
	if (strncmp(name, search->prefix, search->bytes) != 0 ||
	    (name[0] == '.' && !search->bytes))
		return;
	search->nr++;
	if (search->print) {
		printf("%-19s%s", name, search->nr % 4 ? "" : "\n");
		return;
	}
	snprintf(text, sizeof(text), "%s%s", search->dir, name);
	stat(text, &st);
	snprintf(text, sizeof(text), "%s%c", name + search->bytes,
		 S_ISDIR(st.st_mode) ? '/' : ' ');
	if (search->nr == 1)
		strcpy(search->rest, text);
	while (text[shared] && text[shared] == search->rest[shared])
		shared++;
	search->rest[shared] = '\0';
}

static void take_all(struct search *search)
{
	static struct listing entries;
	const char *name;

	search->nr = 0;
	for (int i = 0; search->commands && search->commands[i]; i++)
		take(search, search->commands[i]);
	if (!open_listing(&entries, search->dir))
		return;
	while ((name = next_entry(&entries)))
		take(search, name);
	close_listing(&entries);
}

/* Appends what all names have in common, or prints them if that is nothing. */
static void complete(struct editor *ed)
{
	struct search search = { .nr = 0 };

	begin_search(&search, ed);
	take_all(&search);
	if (!search.nr)
		printf(BELL);
	if (search.nr < 2 || search.rest[0]) {
		insert(ed, search.rest);
		return;
	}
	search.print = true;
	printf("\n");
	take_all(&search);
	printf(search.nr % 4 ? "\n" : "");
	redraw(ed);
}

/* ---- a line ------------------------------------------------------ */

static void change(struct editor *ed, int key)
{
	char typed[] = { (char)key, '\0' };

	if (key == CTRL('A'))
		move(ed, 0);
	else if (key == CTRL('E'))
		move(ed, strlen(ed->line));
	else if (key == CTRL('B') && ed->at)
		move(ed, ed->at - 1);
	else if (key == CTRL('F') && ed->line[ed->at])
		move(ed, ed->at + 1);
	else if (key == CTRL('P'))
		show_line(ed, ed->shown - 1);
	else if (key == CTRL('N'))
		show_line(ed, ed->shown + 1);
	else if ((key == CTRL('H') || key == RUBOUT) && ed->at)
		cut(ed, ed->at - 1, ed->at);
	else if ((key == CTRL('D') || key == DELETE) && ed->line[ed->at])
		cut(ed, ed->at, ed->at + 1);
	else if (key == CTRL('U'))
		cut(ed, 0, ed->at);
	else if (key == CTRL('K'))
		cut(ed, ed->at, strlen(ed->line));
	else if (key == CTRL('W'))
		cut(ed, word_begin(ed), ed->at);
	else if (key == '\t')
		complete(ed);
	else if (key == CTRL('C')) {
		printf("^C\n");
		begin(ed);
	} else if (key == CTRL('L')) {
		printf("\033[H\033[2J");
		redraw(ed);
	} else if (key < DELETE && isprint(key))
		insert(ed, typed);
	else
		printf(BELL);
}

bool edit_line(char line[EDIT_MAX_BYTES], const char *const *commands)
{
	struct editor ed = { .line = line, .commands = commands };
	struct ktermios before;
	int key;

	fflush(stdout);
	enter_raw(STDIN_FILENO, ISIG | IEXTEN, &before);
	begin(&ed);
	while ((key = next_key()) != '\n' && key != '\r' && key != GONE &&
	       (key != CTRL('D') || line[0]))
		change(&ed, key);
	/* Before the newline, after which a person or a test may type on. */
	leave_raw(STDIN_FILENO, &before);
	printf("\n");
	if (line[0] && nr_history == HISTORY_LINES)
		memmove(history, history[1], sizeof(history[0]) * --nr_history);
	if (line[0])
		strcpy(history[nr_history++], line);
	return key == '\n' || key == '\r';
}
