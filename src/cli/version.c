/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cli/commands.h"

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    (void)error;
    printf(invocation->json ? "{\"version\":\"%s\"}\n" : "kaquan %s\n", KQ_VERSION);
    return KQ_OK;
}

const struct kq_command kq_command_version = {
    .name = "version",
    .text = "print the program's version",
    .example = "kaquan version",
    .run = run,
};
