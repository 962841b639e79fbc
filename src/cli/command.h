/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_COMMAND_H
#define KQ_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

/* The command line as constant tables: a command is a row, its flags are rows. Help, parsing, refusals, the
 * environment's and the file's settings all come from here; a command is one file with its row, its flags and
 * what it does. One thread. */

/* Exit statuses that scripts can rely on. */
enum kq_exit_status {
    KQ_EXIT_DONE = 0,
    KQ_EXIT_REFUSED = 1, /* asked for rightly, but it cannot be done */
    KQ_EXIT_USAGE = 2,
};

enum kq_flag_kind {
    KQ_FLAG_SWITCH, /* there or not; given twice, the last one counts */
    KQ_FLAG_TEXT,
    KQ_FLAG_LIST,   /* may be given several times */
    KQ_FLAG_NUMBER, /* a whole number */
    KQ_FLAG_MONEY,  /* yuan */
    KQ_FLAG_TIME,   /* yyyy-MM-dd HH:mm:ss, Beijing time */
    KQ_FLAG_DAY,    /* yyyy-MM-dd, a Beijing day */
};

struct kq_flag {
    const char *name; /* without the dashes; also the setting's name in kaquan.conf */
    enum kq_flag_kind kind;
    bool required;
    const char *value;          /* what stands for its value in the help; NULL for switches */
    const char *text;           /* what it is for, one line */
    const char *fallback;       /* its value where nobody gives one; NULL: none */
    const char *const *choices; /* its values, up to a NULL; NULL: not a few words */
    int64_t minimum;            /* NUMBER */
    int64_t maximum;
    size_t max_chars; /* TEXT; 0: no limit of its own */
};

struct kq_invocation;
struct kq_import_plan;

struct kq_command {
    const char *group; /* "app"; NULL: the command stands alone */
    const char *name;  /* "create" */
    const char *text;  /* what it does, one line */
    const char *example;
    const char *const *more_examples; /* up to a NULL; NULL: the one above says all */
    const char *operand;              /* "METHOD"; NULL: it takes none */
    bool operand_optional;
    const struct kq_import_plan *rows; /* the columns of the file it reads; NULL: it reads none */
    const struct kq_flag *flags;
    size_t flag_count;
    bool makes_config; /* the file that --config names need not be there yet */
    bool takes_fields; /* flags that are none of its own are fields of what the operand names */

    /* Right after the line was read: makes sense of the operand and the fields. NULL: nothing to do. */
    struct kq_result (*resolve)(struct kq_invocation *invocation, struct kq_error *error);

    /* Help about the operand, which was resolved. NULL: there is only the command's own. */
    void (*help)(FILE *out, const struct kq_invocation *invocation);

    struct kq_result (*run)(struct kq_invocation *invocation, struct kq_error *error);
};

/* Where a value came from; the lower one wins. */
enum kq_value_level {
    KQ_VALUE_NONE,
    KQ_VALUE_COMMAND_LINE,
    KQ_VALUE_ENVIRONMENT,
    KQ_VALUE_PROFILE, /* a section of the file */
    KQ_VALUE_FILE,
    KQ_VALUE_FALLBACK,
};

/* A flag's value, checked against its row. In the invocation's arena. */
struct kq_value {
    enum kq_value_level level;
    const char *place;      /* of the setting: "FILE line 3", or a variable; NULL: on the line, or nowhere */
    struct kq_slice text;   /* NUL-terminated */
    int64_t number;         /* NUMBER; MONEY in fen; TIME, and DAY's beginning, in seconds; SWITCH 1 or 0 */
    struct kq_slice *items; /* LIST */
    size_t count;
    size_t capacity;
};

/* A flag of the line that is a field. In the invocation's arena. */
struct kq_given_field {
    struct kq_slice name;
    struct kq_slice value;
    bool has_value;
};

/* One run of one command. */
struct kq_invocation {
    const struct kq_command *command;
    struct kq_arena arena;            /* owned by whoever runs the command */
    struct kq_value *values;          /* one a flag, in the order of kq_command_flag */
    struct kq_slice operand;          /* NUL-terminated */
    struct kq_slice unchosen_profile; /* of the file, which chooses none; empty: there is none */
    struct kq_given_field *fields;
    size_t field_count;
    size_t field_capacity;
    bool json;         /* asked for: errors are JSON too */
    bool table;        /* asked for */
    bool rows_as_json; /* what would be a table on a terminal: in a pipe too, unless --table asks for one */
    bool help;
    enum kq_exit_status exit_status; /* set by a command that has said itself what went wrong */
};

/* The same name, where underscores are as good as dashes. */
bool kq_flag_name_equal(struct kq_slice a, struct kq_slice b);

/* The flags of a command: its own, then those that all commands have. NULL behind the last. */
const struct kq_flag *kq_command_flag(const struct kq_command *command, size_t index);

/* Where it stands among them, or their number; underscores are as good as dashes. */
size_t kq_command_flag_index(const struct kq_command *command, struct kq_slice name);

/* "app create" into `text`. */
#define KQ_COMMAND_TITLE_SIZE 64
void kq_command_title(const struct kq_command *command, char text[KQ_COMMAND_TITLE_SIZE]);

/* A command's own view of its flags; `name` must be one of its rows. */
bool kq_flag_is_given(const struct kq_invocation *invocation, const char *name); /* not as a fallback */
struct kq_slice kq_flag_text(const struct kq_invocation *invocation, const char *name);
int64_t kq_flag_number(const struct kq_invocation *invocation, const char *name);
bool kq_flag_switch(const struct kq_invocation *invocation, const char *name);
const struct kq_slice *kq_flag_list(const struct kq_invocation *invocation, const char *name, size_t *count);

/* The row of the flag that every command on a data directory has. */
#define KQ_FLAG_DATA                                                                                         \
    {                                                                                                        \
        .name = "data", .kind = KQ_FLAG_TEXT, .required = true, .value = "DIR",                              \
        .text = "the data directory that `kaquan init` made"                                                 \
    }

/* The rows of the flags that say who calls which gateway: of a command that calls, and of the profiles that
 * keep them. */
#define KQ_FLAGS_OF_A_CALLER(needed)                                                                         \
    {.name = "gateway",                                                                                      \
     .kind = KQ_FLAG_TEXT,                                                                                   \
     .required = (needed),                                                                                   \
     .value = "URL",                                                                                         \
     .text = "the gateway, like http://127.0.0.1:8080/gateway.do"},                                          \
        {.name = "app-id",                                                                                   \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .required = (needed),                                                                               \
         .value = "ID",                                                                                      \
         .text = "the application that calls"},                                                              \
        {.name = "private-key",                                                                              \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .required = (needed),                                                                               \
         .value = "FILE",                                                                                    \
         .text = "the application's private key, in any of the usual forms"},                                \
        {.name = "gateway-public-key",                                                                       \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "FILE",                                                                                    \
         .text = "the gateway's public key, which answers are verified with"},                               \
        {.name = "app-certificate",                                                                          \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "FILE",                                                                                    \
         .text = "certificate mode, in place of the gateway's key: the application's certificate"},          \
        {.name = "gateway-certificate",                                                                      \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "FILE",                                                                                    \
         .text = "certificate mode: the gateway's certificate"},                                             \
        {.name = "root-certificates",                                                                        \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "FILE",                                                                                    \
         .text = "certificate mode: the roots that vouch for it"},                                           \
        {.name = "content-key",                                                                              \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "FILE",                                                                                    \
         .text = "encrypt the call with this key (base64), and decrypt the answer"},                         \
        {.name = "protocol",                                                                                 \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "PROTOCOL",                                                                                \
         .text = "form (of /gateway.do) or v3 (OpenAPI v3)",                                                 \
         .choices = (const char *const[]){"form", "v3", NULL},                                               \
         .fallback = (needed) ? "form" : NULL},                                                              \
        {.name = "charset",                                                                                  \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "CHARSET",                                                                                 \
         .text = "utf-8, gbk or gb2312",                                                                     \
         .choices = (const char *const[]){"utf-8", "gbk", "gb2312", NULL},                                   \
         .fallback = (needed) ? "utf-8" : NULL},                                                             \
        {.name = "sign-type",                                                                                \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "TYPE",                                                                                    \
         .text = "RSA2 (SHA-256) or RSA (SHA-1)",                                                            \
         .choices = (const char *const[]){"RSA2", "RSA", NULL},                                              \
         .fallback = (needed) ? "RSA2" : NULL},                                                              \
        {.name = "app-auth-token",                                                                           \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "TOKEN",                                                                                   \
         .text = "act for the merchant that granted it"},                                                    \
    {                                                                                                        \
        .name = "timeout", .kind = KQ_FLAG_NUMBER, .value = "SECONDS",                                       \
        .text = "how long to wait for the answer", .fallback = (needed) ? "30" : NULL, .minimum = 1,         \
        .maximum = 3600                                                                                      \
    }

/* All commands, in the order of the help. */
extern const struct kq_command *const kq_commands[];
extern const size_t kq_command_count;

#endif
