/*
 * A line of the shell, taken apart: tokens, redirections, pipelines.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pipeline.h"

#define OPERATORS "|<>;&"

/*
 * Returns the next token of *line: a word (quotes removed), one of OPERATORS, or
 * >>; NULL at the end. *op tells an operator from a quoted word that looks alike.
 */
static char *next_token(char **line, bool *op)
{
	static char operators[][3] = { "|", "<", ">", ";", "&", ">>" };
	char *p = *line, *start, *out, quote = 0;

	while (isspace((unsigned char)*p))
		p++;
	*line = p;
	if (!*p)
		return NULL;
	*op = strchr(OPERATORS, *p);
	if (*op) {
		bool two = p[0] == '>' && p[1] == '>';

		*line = p + 1 + two;
		return two ? operators[strlen(OPERATORS)] :
			     operators[strchr(OPERATORS, *p) - OPERATORS];
	}
	for (start = out = p; *p; p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else if (!quote &&
			 (isspace((unsigned char)*p) || strchr(OPERATORS, *p)))
			break;
		else
			*out++ = *p;
	}
	*line = p;
	return strndup(start, (size_t)(out - start));
}

/* Takes the file name behind < > or >>. Returns false if there is none. */
static bool redirect(struct command *command, const char *op, char **line)
{
	bool is_op;
	char *file = next_token(line, &is_op);

	if (!file || is_op)
		return false;
	if (op[0] == '<') {
		command->input = file;
	} else {
		command->output = file;
		command->append = op[1] == '>';
	}
	return true;
}

static enum parsed complain(const char *what)
{
	fprintf(stderr, "sh: %s\n", what);
	return WRONG;
}

bool quotes_match(const char *line)
{
	char quote = 0;

	for (; *line; line++)
		if (quote ? *line == quote : *line == '\'' || *line == '"')
			quote = quote ? 0 : *line;
	return !quote;
}

enum parsed parse_pipeline(char **line, struct pipeline *pipeline)
{
	struct command *command = pipeline->commands;
	char *token;
	bool op;

	memset(pipeline, 0, sizeof(*pipeline));
	pipeline->nr_commands = 1;
	while ((token = next_token(line, &op))) {
		if (op && (token[0] == ';' || token[0] == '&')) {
			pipeline->background = token[0] == '&';
			break;
		}
		if (op && token[0] == '|') {
			if (!command->nr_words)
				return complain("a command is missing before | "
						"(|| is not known here)");
			if (pipeline->nr_commands == COMMANDS_MAX)
				return complain("too many commands");
			command = &pipeline->commands[pipeline->nr_commands++];
		} else if (op) {
			if (!redirect(command, token, line))
				return complain("a file name is missing");
		} else if (command->nr_words < WORDS_MAX) {
			command->words[command->nr_words++] = token;
		} else {
			free(token);
			return complain("too many words");
		}
	}
	if (command->nr_words)
		return RUNNABLE;
	if (pipeline->nr_commands > 1 || command->input || command->output ||
	    pipeline->background)
		return complain("a command is missing (&& is not known here)");
	return EMPTY;
}

void free_pipeline(struct pipeline *pipeline)
{
	for (int i = 0; i < COMMANDS_MAX; i++) {
		struct command *command = &pipeline->commands[i];

		for (int word = 0; word < command->nr_words; word++)
			free(command->words[word]);
		free(command->input);
		free(command->output);
	}
}
