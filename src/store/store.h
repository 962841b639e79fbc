/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_STORE_H
#define KQ_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/operation.h"

/* A store keeps rows, and answers operations. It has no rules of its own: it loads the rows that a batch
 * needs, has domain/ decide one operation after the other, writes what changed, and commits once. Behind this
 * table stands SQLite (store/sqlite/). Time and randomness come from here too: nothing else in the program
 * asks a clock or draws a number, except the client library, which signs with the clock of its machine.
 *
 * What an operation's `error` holds when it is done: KQ_E_NONE, a code of the decision (nothing changed),
 * KQ_E_USAGE (a read was submitted, or a write read), or KQ_E_STORE, KQ_E_BUSY or KQ_E_NO_MEMORY (nothing
 * changed).
 *
 * What that cannot rule out: a disk that fails a commit may have it complete all the same, and a process that
 * opens the store after a crash takes it for good. So a failed commit is tried once more; where that fails
 * too, the operation is refused with its outcome open, and from then on every write, one that is only
 * refused or repeated too, fails with STORE, BUSY or NO_MEMORY until a commit has succeeded, which takes away
 * for good what was refused. Only if the process is killed, the machine loses its power, or the store is
 * closed with its disk still failing, all before that commit, is the outcome as unknown as that of a cut
 * connection: repeating with the same key settles it. The log says when this begins. */

struct kq_store;
struct kq_reader;

/* A write on its way. Owned by the submitter, untouched by it until `complete` ran. */
struct kq_submission {
    struct kq_operation *operation;
    /* Runs on the store's writer thread, after the commit that made the operation durable, or after it was
     * refused: the only place from which a success may be answered. Must not block and must not call the
     * store. */
    void (*complete)(struct kq_submission *submission);
    /* The submitter has other work for so long: more may come and share the commit meanwhile. 0: at once. */
    int64_t patience_us;
    struct kq_submission *next; /* the store's */
};

struct kq_store_functions {
    const char *name; /* "sqlite" */

    /* A view of what is committed, for one thread. Close before the store. STORE, BUSY,
     * NO_MEMORY. */
    struct kq_result (*reader_open)(struct kq_store *store, struct kq_reader **reader,
                                    struct kq_error *error);
    void (*reader_close)(struct kq_reader *reader);

    /* Answers one reading operation; what came of it stands in its `error`. The reader's thread. */
    void (*read)(struct kq_reader *reader, struct kq_operation *operation);

    /* Tells views apart: the same number twice means that nothing was committed in between, by whatever
     * process, so that what was read after the first is still what stands there. 0: it cannot be told. Costs
     * next to nothing. The reader's thread. */
    uint64_t (*revision)(struct kq_reader *reader);

    /* Hands a write over and returns at once. `complete` always runs, exactly once (also where the queue is
     * full: BUSY, then on the calling thread). Any thread. */
    void (*submit)(struct kq_store *store, struct kq_submission *submission);

    /* Waits for what was submitted, stops the writer, checkpoints, closes, frees. */
    void (*close)(struct kq_store *store);
};

/* What every implementation begins with. */
struct kq_store {
    const struct kq_store_functions *functions;
    const struct kq_clock *clock; /* borrowed; outlives the store */
};

/* Time and randomness. Any thread. */
struct kq_clock {
    int64_t (*wall_ms)(const struct kq_clock *clock);      /* since 1970, as the machine has it */
    int64_t (*business_ms)(const struct kq_clock *clock);  /* the same, plus what a sandbox has moved it by */
    int64_t (*monotonic_us)(const struct kq_clock *clock); /* for durations */
    void (*random)(const struct kq_clock *clock, void *bytes, size_t size_bytes); /* fit for tokens */
};

/* The machine's clock, whose business time can be moved, and stopped: for sandboxes and tests. */
struct kq_system_clock {
    struct kq_clock clock; /* first: a kq_clock is given where this is meant */
    _Atomic int64_t offset_ms;
    _Atomic int64_t stopped_at_ms; /* the business time that stands; KQ_CLOCK_RUNS: it does not */
};
#define KQ_CLOCK_RUNS INT64_MIN
void kq_system_clock_init(struct kq_system_clock *clock, int64_t offset_ms);

/* Thin calls of the table. */
KQ_MUST struct kq_result kq_store_reader_open(struct kq_store *store, struct kq_reader **reader,
                                              struct kq_error *error);
void kq_reader_close(struct kq_reader *reader);
void kq_reader_read(struct kq_reader *reader, struct kq_operation *operation);
uint64_t kq_reader_revision(struct kq_reader *reader);
void kq_store_submit(struct kq_store *store, struct kq_submission *submission);
void kq_store_close(struct kq_store *store);

/* Every implementation's reader begins with this. */
struct kq_reader {
    const struct kq_store_functions *functions;
};

/* Submits all of them, in their order and as many at a time as one commit takes, and waits until the last is
 * done: for commands, imports and tests. Each one's outcome stands in its own `error`; FAILED (with the first
 * one's error, if asked for) where any failed. Not on a worker. */
KQ_MUST struct kq_result kq_store_apply(struct kq_store *store, struct kq_operation *operations, size_t count,
                                        struct kq_error *error);

int64_t kq_store_now_ms(const struct kq_store *store); /* business_ms */
int64_t kq_store_now_s(const struct kq_store *store);

#endif
