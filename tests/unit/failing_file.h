/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_FAILING_FILE_H
#define KQ_TESTS_UNIT_FAILING_FILE_H

/* Files that fail when a test wants it: a VFS for SQLite that passes everything to the machine's own, and
 * counts. */

enum file_action {
    FILE_WRITE, /* xWrite: SQLITE_FULL is what a full disk says here */
    FILE_SYNC,  /* xSync */
    FILE_READ,  /* xRead */
    FILE_ACTION_COUNT
};

/* From here on the process's databases are opened through it. Once, before any is. */
void failing_file_register(void);

/* From now on the n-th (1 is the next) such action of any file fails with `status`, and so do all after it
 * where `for_good`. Each kind of action has its own count. */
void failing_file_fail_at(enum file_action action, unsigned long n, int status, int for_good);

/* Has one of these failed since? */
int failing_file_has_failed(enum file_action action);

/* None fails any more. */
void failing_file_stop(void);

/* How many there have been since the start. */
unsigned long failing_file_count(enum file_action action);

#endif
