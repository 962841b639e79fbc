/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_TURNS_H
#define KQ_BASE_TURNS_H

/* Asks the kernel to give the calling thread short turns on a core, which it then gets soon after it wakes,
 * also where others are computing: for threads that mostly wait, and for which others wait. It gets no more
 * of the cores than before. Linux 6.12 and later; elsewhere nothing changes. */
void kq_turns_short(void);

/* Has the calling thread compute when others leave it a core, and little where they do not: for work that
 * nobody waits for. */
void kq_turns_last(void);

#endif
