/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "cli/file.h"
#include "cli/settings.h"

#define FILE_MODE 0600
#define DIRECTORY_MODE 0700
#define SETTINGS_MAX 32

static struct kq_result find(struct kq_invocation *invocation, struct kq_profile_file *file,
                             struct kq_error *error)
{
    *file = (struct kq_profile_file){.path = kq_flag_text(invocation, "config")};
    if (file->path.size == 0) {
        KQ_TRY(kq_config_home(&invocation->arena, &file->path, error));
    }
    KQ_ENSURE(file->path.size > 0, error, KQ_E_USAGE,
              "neither HOME nor XDG_CONFIG_HOME is set: name the file with --config FILE");
    return KQ_OK;
}

static struct kq_result read_text(struct kq_profile_file *file, struct kq_error *error)
{
    if (!kq_file_exists(file->path.data)) {
        return KQ_OK;
    }
    return kq_file_read(file->path.data, KQ_SETTINGS_MAX_BYTES, &file->text, error);
}

struct kq_result kq_profile_file_read(struct kq_invocation *invocation, struct kq_profile_file *file,
                                      struct kq_error *error)
{
    KQ_TRY(find(invocation, file, error));
    return read_text(file, error);
}

void kq_profile_file_free(struct kq_profile_file *file)
{
    kq_buffer_wipe_and_free(&file->text);
}

struct edit {
    const struct kq_profile_setting *settings;
    size_t count;
    bool written[SETTINGS_MAX];
    struct kq_buffer *edited;
};

static void append_setting(struct edit *edit, size_t index)
{
    const struct kq_profile_setting *setting = &edit->settings[index];
    edit->written[index] = true;
    if (setting->value.data == NULL) {
        return;
    }
    for (const char *at = setting->name; *at != '\0'; at++) {
        kq_buffer_append_byte(edit->edited, *at == '-' ? '_' : *at);
    }
    kq_buffer_print(edit->edited, " = %.*s\n", KQ_SLICE_PRINT(setting->value));
}

static void append_rest(struct edit *edit)
{
    for (size_t i = 0; i < edit->count; i++) {
        if (!edit->written[i]) {
            append_setting(edit, i);
        }
    }
}

/* A section's new settings stand before the empty lines at its end. */
static void append_before_gap(struct edit *edit, struct kq_buffer *gap)
{
    append_rest(edit);
    kq_buffer_append(edit->edited, kq_buffer_slice(gap));
    edit->edited->failed = edit->edited->failed || gap->failed;
    kq_buffer_clear(gap);
}

static void append_line(struct edit *edit, const struct kq_config_line *line, bool here)
{
    for (size_t i = 0; here && line->kind == KQ_CONFIG_SETTING && i < edit->count; i++) {
        if (kq_flag_name_equal(line->name, kq_slice_of(edit->settings[i].name))) {
            append_setting(edit, i);
            return;
        }
    }
    kq_buffer_append(edit->edited, line->text);
    kq_buffer_append_byte(edit->edited, '\n');
}

struct kq_result kq_profile_edit(const struct kq_profile_file *file, struct kq_slice profile,
                                 const struct kq_profile_setting *settings, size_t count,
                                 struct kq_buffer *edited, struct kq_error *error)
{
    struct edit edit = {.settings = settings, .count = count, .edited = edited};
    struct kq_buffer gap KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_ENSURE(count <= SETTINGS_MAX, error, KQ_E_INTERNAL, "%s", "");
    struct kq_config_line line = kq_config_begin(file->path.data, kq_buffer_slice(&file->text));
    bool here = profile.size == 0;
    bool found = here;
    bool more = false;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more) {
        if (here && line.kind == KQ_CONFIG_SECTION) {
            append_before_gap(&edit, &gap);
        }
        here = kq_slice_equal(line.profile, profile);
        found = found || here;
        if (here && kq_slice_trim(line.text).size == 0) {
            kq_buffer_append_byte(&gap, '\n');
        } else {
            kq_buffer_append(edited, kq_buffer_slice(&gap));
            kq_buffer_clear(&gap);
            append_line(&edit, &line, here);
        }
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    if (!found) {
        kq_buffer_print(edited, "%s[profile %.*s]\n", edited->size == 0 ? "" : "\n", KQ_SLICE_PRINT(profile));
    }
    append_before_gap(&edit, &gap);
    KQ_ENSURE_MEMORY(!edited->failed, error);
    return KQ_OK;
}

/* Each folder above the file that is not there yet. */
static struct kq_result make_folders(char *path, struct kq_error *error)
{
    for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
        *at = '\0';
        KQ_ENSURE(mkdir(path, DIRECTORY_MODE) == 0 || errno == EEXIST, error, KQ_E_IO,
                  "%s cannot be made: %s", path, strerror(errno));
        *at = '/';
    }
    return KQ_OK;
}

/* To the file that a link leads to, also where that is not there yet. */
static struct kq_result follow_link(struct kq_arena *arena, struct kq_slice *path, struct kq_error *error)
{
    struct stat about;
    if (lstat(path->data, &about) != 0 || !S_ISLNK(about.st_mode)) {
        return KQ_OK;
    }
    int target KQ_CLEANUP(kq_file_close) = open(path->data, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE);
    char *real = target < 0 ? NULL : realpath(path->data, NULL);
    KQ_ENSURE(real != NULL, error, KQ_E_IO, "%s cannot be opened: %s", path->data, strerror(errno));
    *path = kq_arena_copy(arena, kq_slice_of(real));
    free(real);
    KQ_ENSURE_MEMORY(path->data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_profile_file_lock(struct kq_invocation *invocation, struct kq_profile_file *file,
                                      int *folder, struct kq_error *error)
{
    KQ_TRY(find(invocation, file, error));
    KQ_TRY(follow_link(&invocation->arena, &file->path, error));
    char *writable = kq_arena_allocate(&invocation->arena, file->path.size + 1);
    KQ_ENSURE_MEMORY(writable != NULL, error);
    memcpy(writable, file->path.data, file->path.size + 1);
    KQ_TRY(make_folders(writable, error));
    char *slash = strrchr(writable, '/');
    const char *path = slash == NULL ? "." : slash == writable ? "/" : writable;
    if (slash != NULL) {
        *slash = '\0';
    }
    *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    KQ_ENSURE(*folder >= 0, error, KQ_E_IO, "%s cannot be opened: %s", path, strerror(errno));
    /* Of two who change the file at once the second waits; where the file system has no locks, it is as if
     * the first had not been. */
    (void)flock(*folder, LOCK_EX);
    return read_text(file, error);
}

struct kq_result kq_profile_file_write(const struct kq_profile_file *file, int folder, struct kq_slice text,
                                       struct kq_error *error)
{
    const char *slash = strrchr(file->path.data, '/');
    return kq_file_write(folder, slash == NULL ? file->path.data : slash + 1, FILE_MODE, text, error);
}
