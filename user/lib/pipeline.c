/*
 * A line of the shell, taken apart: tokens, redirections, pipelines.
 */
#include <stdio.h>
#include <string.h>
#include "pipeline.h"

#define BLANKS    " \t"
#define OPERATORS "|<>;&"

/* What a token is: one of OPERATORS, itself, or one of these. */
enum {
	END,
	WORD,
	APPEND,     /* >> */
	OPEN_QUOTE, /* a word whose quote is not closed */
};

/*
 * Returns what the next token is and moves behind it. Stores in *word a word
 * without its quotes, which belongs to the pipeline.
 */
static int next_token(struct pipeline *pipeline, char **word)
{
	const char *p = pipeline->line + strspn(pipeline->line, BLANKS);
	char *out = pipeline->unused, quote = 0;

	pipeline->line = p;
	if (!*p)
		return END;
	if (strchr(OPERATORS, *p)) {
		bool append = p[0] == '>' && p[1] == '>';

		pipeline->line = p + 1 + append;
		return append ? APPEND : *p;
	}
	for (*word = out; *p; p++)
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else if (!quote && strchr(BLANKS OPERATORS, *p))
			break;
		else
			*out++ = *p;
	*out++ = '\0';
	pipeline->unused = out;
	pipeline->line = p;
	return quote ? OPEN_QUOTE : WORD;
}

/* Adds a token to the last command. Returns what is wrong with it, or NULL. */
static const char *add_token(struct pipeline *pipeline, int token, char *word)
{
	struct command *last = &pipeline->commands[pipeline->nr_commands - 1];

	switch (token) {
	case WORD:
		if (last->nr_words == WORDS_MAX)
			return "too many words";
		last->words[last->nr_words++] = word;
		return NULL;
	case OPEN_QUOTE:
		return "a quote is not closed";
	case '|':
		if (!last->nr_words)
			return "a command is missing before | (|| is not known "
			       "here)";
		if (pipeline->nr_commands == COMMANDS_MAX)
			return "too many commands";
		pipeline->nr_commands++;
		return NULL;
	default: /* < > or >> */
		if (next_token(pipeline,
			       token == '<' ? &last->input : &last->output) !=
		    WORD)
			return "a file name is missing";
		if (token != '<')
			last->append = token == APPEND;
		return NULL;
	}
}

bool parse_pipeline(struct pipeline *pipeline)
{
	const char *begin = pipeline->line + strspn(pipeline->line, BLANKS);
	const char *end = begin, *wrong = NULL;
	char *word;
	int token;

	*pipeline = (struct pipeline){ .line = begin,
				       .nr_commands = 1,
				       .unused = pipeline->bytes };
	while (!wrong && (token = next_token(pipeline, &word)) != END &&
	       token != ';' && token != '&') {
		wrong = add_token(pipeline, token, word);
		end = pipeline->line;
	}
	pipeline->background = token == '&';
	snprintf(pipeline->text, sizeof(pipeline->text), "%.*s",
		 (int)(end - begin), begin);
	if (!wrong && !pipeline->commands[pipeline->nr_commands - 1].nr_words) {
		if (end > begin || pipeline->background)
			wrong = "a command is missing (&& is not known here)";
		pipeline->nr_commands = 0;
	}
	if (wrong) {
		fprintf(stderr, "sh: %s\n", wrong);
		pipeline->line = "";
	}
	return !wrong;
}
